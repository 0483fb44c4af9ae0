"""Pace is proved by what is sent with what, not by how long it took."""

import time

import pytest

from tests.provider.answers import STYLES, Pieces
from tests.provider.pacing import Pacer
from tests.provider.presets import PRESETS
from tests.provider.script import STAMP_WIDTH, Script, read_model_id, read_stamps
from tests.provider.wire import Segment

# Far enough back that every token of a test is late.
LONG_AGO_S = 1000.0


def script(settings: str) -> Script:
    return read_model_id("sim:" + settings, PRESETS, STYLES)


def words(count: int) -> Segment:
    texts = tuple(f"w{k}" for k in range(count))
    pieces = Pieces((1,) * count, texts, tuple(text.encode() for text in texts))
    return Segment("answer", pieces, b"<", b">")


class Writes(list[bytes]):
    async def write(self, events: bytes) -> None:
        self.append(events)


async def test_late_tokens_share_one_write() -> None:
    writes = Writes()
    pacer = Pacer(script("ttft=100,tps=50"), time.monotonic() - LONG_AGO_S)

    await pacer.play(words(40), writes.write)

    assert writes == [b"".join(b"<w%d>" % k for k in range(40))]


async def test_an_early_token_waits_alone() -> None:
    writes = Writes()
    # The first three were due before now, the fourth comes half a second later.
    pacer = Pacer(script("tps=2"), time.monotonic() - 1.0)

    await pacer.play(words(4), writes.write)

    assert writes == [b"<w0><w1><w2>", b"<w3>"]


async def test_a_late_token_does_not_delay_the_next() -> None:
    started = time.monotonic() - 1.0
    pacer = Pacer(script("tps=10"), started)

    first = await pacer.until_due(1)
    twentieth = await pacer.until_due(11)

    assert first == pytest.approx(started)
    assert twentieth == pytest.approx(started + 1.0)


async def test_an_answer_begins_where_its_reasoning_ended() -> None:
    pacer = Pacer(script("ttft=300,tps=100"), time.monotonic() - LONG_AGO_S)
    reasoning = words(30)
    reasoning.is_seen = False

    await pacer.play(reasoning, Writes().write)

    assert pacer.position == 30
    assert reasoning.tokens_sent == 30
    assert reasoning.text_sent == ""


async def test_without_a_pace_other_streams_get_their_turn() -> None:
    writes = Writes()
    pacer = Pacer(script("tps=0"), time.monotonic())

    await pacer.play(words(100), writes.write)

    assert len(writes) > 10
    assert b"".join(writes) == b"".join(b"<w%d>" % k for k in range(100))


async def test_stamps_tell_the_time_of_their_sending() -> None:
    started = time.monotonic()
    pacer = Pacer(script("tps=200"), started)
    segment = Segment("answer", Pieces((2, 2, 1)))

    await pacer.play(segment, Writes().write)

    stamps = read_stamps(segment.text_sent)
    assert len(segment.text_sent) == 5 * STAMP_WIDTH
    assert stamps == sorted(stamps)
    # The loop's clock has whole ms, so a token may be one early; never more.
    for k, stamp in enumerate((stamps[1], stamps[3], stamps[4])):
        assert stamp / 1e6 >= started + (1, 3, 4)[k] / 200 - 0.001
