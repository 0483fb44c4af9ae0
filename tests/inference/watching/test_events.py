"""Where a client of the event stream stands, and what it misses when it comes back."""

import uuid
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.adapters.base import TextKind
from inference.watching.events import Position

FIRST, SECOND = str(uuid.uuid4()), str(uuid.uuid4())
LETTERS = "aé漢🎈👩‍👩‍👧\n\u0301"
Texts = dict[tuple[str, TextKind], str]

texts = st.fixed_dictionaries(
    {
        (generation_id, kind): st.text(alphabet=LETTERS, max_size=30)
        for generation_id in (FIRST, SECOND)
        for kind in TextKind
    }
)


def piece(
    text: str, offset: int = 0, attempt: int = 1, kind: TextKind = TextKind.ANSWER, of: str = FIRST
) -> dict[str, Any]:
    return {"id": of, "attempt": attempt, "kind": kind, "offset": offset, "text": text}


def generation(answer: str, reasoning: str = "", attempt: int = 1, of: str = FIRST) -> Any:
    return {"id": of, "attempt": attempt, "text": answer, "reasoning": reasoning}


@dataclass
class Client:
    """Puts pieces where they say they belong, and keeps the last event's id."""

    texts: Texts = field(default_factory=dict)
    last_event_id: str = ""

    def take(self, piece: dict[str, Any]) -> None:
        place = (piece["id"], piece["kind"])
        text = self.texts.get(place, "")
        assert piece["offset"] == len(text), "neither a gap nor a doubled text"
        self.texts[place] = text + piece["text"]


@st.composite
def streams(draw: st.DrawFn) -> tuple[Texts, list[dict[str, Any]]]:
    """Whole texts, and their pieces, cut anywhere and interleaved anyhow."""
    whole: Texts = draw(texts)
    sent = dict.fromkeys(whole, 0)
    pieces = []
    while unsent := [place for place in whole if sent[place] < len(whole[place])]:
        place = draw(st.sampled_from(unsent))
        size = draw(st.integers(1, len(whole[place]) - sent[place]))
        text = whole[place][sent[place] : sent[place] + size]
        pieces.append(piece(text, sent[place], kind=place[1], of=place[0]))
        sent[place] += size
    return whole, pieces


@given(streams(), st.data())
def test_a_client_that_comes_back_misses_and_doubles_nothing(
    stream: tuple[Texts, list[dict[str, Any]]], data: st.DataObject
) -> None:
    whole, pieces = stream
    cut = data.draw(st.integers(0, len(pieces)))
    client, position = Client(), Position()
    for each in pieces[:cut]:
        client.take(each)
        assert not position.take_piece(each)
        client.last_event_id = str(position)

    back = Position.parse(client.last_event_id) or Position()
    for generation_id in (FIRST, SECOND):
        now = generation(
            whole[generation_id, TextKind.ANSWER],
            whole[generation_id, TextKind.REASONING],
            of=generation_id,
        )
        for each in back.missing_pieces(now):
            client.take(each)

    assert {place: text for place, text in whole.items() if text} == client.texts


@given(
    st.dictionaries(
        st.uuids().map(str), st.tuples(st.integers(1, 3), st.text(), st.text()), min_size=1
    )
)
def test_a_position_round_trips_through_its_event_id(
    generations: dict[str, tuple[int, str, str]],
) -> None:
    position = Position()
    for generation_id, (attempt, answer, reasoning) in generations.items():
        position.take_generation(generation(answer, reasoning, attempt, of=generation_id))

    parsed = Position.parse(str(position))

    assert str(parsed) == str(position)


@pytest.mark.parametrize(
    "event_id",
    [
        "",
        ",",
        "nonsense",
        "1:2:3:4",
        f"{FIRST}:1:2",
        f"{FIRST}:1:2:3:4",
        f"{FIRST}:1:-5:0",
        f"{FIRST}:-1:0:0",
        f"{FIRST}:1:0x5:0",
        f"{FIRST}:1: 5:0",
        f"{FIRST}:1:５:0",
        f"{FIRST}:1:{'9' * 5000}:0",
        "\x00",
    ],
)
def test_what_is_no_id_of_ours_is_no_position(event_id: str) -> None:
    assert Position.parse(event_id) is None


@given(st.text())
def test_no_event_id_breaks_the_reader(event_id: str) -> None:
    position = Position.parse(event_id)

    assert position is None or position.missing_pieces(generation("text")) is not None


def test_an_old_piece_takes_nothing_back() -> None:
    position = Position()
    position.take_generation(generation("0123456789"))

    is_missing = position.take_piece(piece("234", offset=2))

    assert not is_missing
    assert position.missing_pieces(generation("0123456789")) == []


def test_a_piece_of_an_earlier_attempt_takes_nothing_back() -> None:
    position = Position()
    position.take_generation(generation("0123", attempt=2))

    position.take_piece(piece("abc", attempt=1))
    position.take_generation(generation("abcdef", attempt=1))

    assert position.missing_pieces(generation("0123", attempt=2)) == []


def test_a_new_attempt_begins_from_nothing() -> None:
    position = Position()
    position.take_piece(piece("of the first attempt", attempt=1))

    [missing] = position.missing_pieces(generation("anew", attempt=2))

    assert (missing["attempt"], missing["offset"], missing["text"]) == (2, 0, "anew")


def test_a_gap_is_noticed_and_the_client_resumes_before_it() -> None:
    position = Position()
    position.take_piece(piece("01"))

    is_missing = position.take_piece(piece("45", offset=4))

    assert is_missing
    assert position.missing_pieces(generation("012345")) == [piece("2345", offset=2)]


def test_a_client_ahead_of_what_is_known_is_sent_nothing() -> None:
    position = Position.parse(f"{FIRST}:1:100:0")

    assert position is not None
    assert position.missing_pieces(generation("short")) == []


def test_of_a_piece_that_a_snapshot_overtook_only_the_rest_is_new() -> None:
    position = Position()
    position.take_generation(generation("Hello"))

    assert position.new_part(piece("lo you", offset=3)) == piece(" you", offset=5)
    assert position.new_part(piece("ell", offset=1)) is None
    assert position.new_part(piece("after a gap", offset=9)) == piece("after a gap", offset=9)
    assert position.new_part(piece("Hello", attempt=0)) is None
