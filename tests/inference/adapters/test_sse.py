"""Any way to cut the bytes of a stream into reads gives the same payloads."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.adapters.sse import MAX_EVENT_BYTES, EventTooLong, SseDecoder

PIECES = [
    b"data: ",
    b"data:",
    b"data",
    b"\n",
    b"\r\n",
    b"\r",
    b"\n\n",
    b": comment",
    b"event: message",
    b"id: 7",
    b'{"a":1}',
    "häßlich 😀".encode(),
    b"[DONE]",
    b" ",
]
streams = st.lists(st.sampled_from(PIECES), max_size=30).map(b"".join)
cuts = st.lists(st.integers(0, 300), max_size=12)


def payloads_of(stream: bytes, cut_at: list[int] | None = None) -> list[bytes]:
    edges = sorted({0, len(stream), *(cut for cut in cut_at or [] if cut < len(stream))})
    decoder = SseDecoder()
    payloads = []
    for begin, end in pairwise(edges):
        payloads += decoder.feed(stream[begin:end])
    return payloads + decoder.close()


def payloads_line_by_line(stream: bytes) -> list[bytes]:
    """The format's own definition, without any thought of speed."""
    payloads = []
    values: list[bytes] = []
    lines = stream.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    for line in [*lines, b""]:
        if line.startswith(b"data:"):
            values.append(line[5:].removeprefix(b" "))
        elif not line:
            payloads.append(b"\n".join(values))
            values = []
    return [payload for payload in payloads if payload]


@given(stream=streams, cut_at=cuts)
def test_any_chunking_gives_the_same_payloads(stream: bytes, cut_at: list[int]) -> None:
    assert payloads_of(stream, cut_at) == payloads_of(stream)


@given(stream=streams)
def test_one_byte_at_a_time_gives_the_same_payloads(stream: bytes) -> None:
    assert payloads_of(stream, list(range(len(stream)))) == payloads_of(stream)


@given(stream=streams)
def test_payloads_are_those_of_the_format(stream: bytes) -> None:
    assert payloads_of(stream) == payloads_line_by_line(stream)


def test_a_payload_is_given_as_soon_as_its_event_ends() -> None:
    decoder = SseDecoder()

    assert decoder.feed(b"data: one\n") == []
    assert decoder.feed(b"\ndata: tw") == [b"one"]
    assert decoder.feed(b"o\n\n") == [b"two"]


def test_a_byte_order_mark_before_the_first_event_is_skipped() -> None:
    assert SseDecoder().feed(b"\xef\xbb\xbfdata: one\n\n") == [b"one"]


def test_comments_names_and_ids_are_left_out() -> None:
    stream = b": ping\n\nevent: message\nid: 7\ndata: one\nretry: 5\n\n"

    assert SseDecoder().feed(stream) == [b"one"]


def test_an_event_without_end_is_refused() -> None:
    decoder = SseDecoder()

    with pytest.raises(EventTooLong):
        decoder.feed(b"data: " + b"x" * MAX_EVENT_BYTES)
