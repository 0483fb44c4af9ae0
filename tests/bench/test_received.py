"""Putting answers together from pieces, snapshots and final messages."""

import msgspec
import pytest

from bench.messages import AnswerRecord, Arrival
from bench.received import MessageRefused, ReceivedRun


def state(**changes: object) -> dict[str, object]:
    given = {"id": "a", "position": 0, "status": "running", "attempt": 1, "text": ""}
    return {**given, "queue_ms": 7.5, "ttft_ms": None, "html": None, **changes}


def snapshot(*states: dict[str, object], status: str = "running") -> bytes:
    return msgspec.json.encode({"type": "snapshot", "status": status, "generations": states})


def changed(**changes: object) -> bytes:
    return msgspec.json.encode({"type": "generation", **state(**changes)})


def run_finished() -> bytes:
    return b'{"type":"run","status":"finished"}'


def frame(offset: int, text: str, **changes: object) -> bytes:
    given = {"id": "a", "attempt": 1, "kind": "answer", "offset": offset, "text": text}
    return msgspec.json.encode({"type": "frame", "pieces": [{**given, **changes}]})


@pytest.fixture
def run() -> ReceivedRun:
    """A run with one answer, followed from its beginning."""
    received = ReceivedRun()
    received.take(snapshot(state()), 0)
    return received


def finish(run: ReceivedRun, text: str) -> AnswerRecord:
    run.take(changed(status="succeeded", text=text), 99)
    [record] = run.records()
    return record


def test_pieces_make_the_text_and_each_is_noted_with_its_time(run: ReceivedRun) -> None:
    run.take(frame(0, "ab"), 10)
    run.take(frame(2, "cde"), 20)

    record = finish(run, "abcde")

    assert record.received == record.final == "abcde"
    assert record.arrivals == [Arrival(2, 10), Arrival(5, 20)]
    assert (record.repeated, record.late_characters) == (0, 0)
    assert (record.finished_at_us, record.queue_ms) == (99, 7.5)


def test_a_gap_asks_for_a_snapshot_which_fills_it(run: ReceivedRun) -> None:
    run.take(frame(0, "ab"), 10)

    needs_snapshot = run.take(frame(4, "e"), 20)
    run.take(snapshot(state(text="abcde")), 30)

    assert needs_snapshot
    record = finish(run, "abcde")
    assert record.received == "abcde"
    assert record.arrivals == [Arrival(2, 10), Arrival(5, 30)]
    assert record.late_characters == 3


def test_text_that_comes_twice_is_kept_once_and_counted(run: ReceivedRun) -> None:
    run.take(frame(0, "abc"), 10)

    run.take(frame(1, "bcd"), 20)
    run.take(frame(0, "ab"), 30)

    record = finish(run, "abcd")
    assert record.received == "abcd"
    assert (record.repeated, record.contradicted) == (4, 0)
    assert record.arrivals == [Arrival(3, 10), Arrival(4, 20)]


def test_text_that_comes_again_and_different_is_noted(run: ReceivedRun) -> None:
    run.take(frame(0, "abc"), 10)

    run.take(frame(1, "xc"), 20)

    assert finish(run, "abc").contradicted == 1


def test_a_new_attempt_begins_the_text_anew_and_late_pieces_of_the_old_are_ignored(
    run: ReceivedRun,
) -> None:
    run.take(frame(0, "old"), 10)

    run.take(frame(0, "ne", attempt=2), 20)
    needs_snapshot = run.take(frame(3, "er", attempt=1), 30)

    run.take(changed(status="succeeded", attempt=2, text="ne"), 40)
    [record] = run.records()
    assert not needs_snapshot
    assert record.received == "ne"
    assert record.arrivals == [Arrival(2, 20)]


def test_what_only_the_final_message_brings_is_counted_as_late(run: ReceivedRun) -> None:
    run.take(frame(0, "ab"), 10)

    record = finish(run, "abcd")

    assert record.arrivals[-1] == Arrival(4, 99)
    assert record.late_characters == 2


def test_reasoning_is_no_part_of_the_answer(run: ReceivedRun) -> None:
    needs_snapshot = run.take(frame(0, "hm", kind="reasoning"), 10)

    assert not needs_snapshot
    assert finish(run, "").received == ""


def test_a_piece_of_an_unknown_answer_asks_for_a_snapshot(run: ReceivedRun) -> None:
    assert run.take(frame(0, "ab", id="b"), 10)


def test_a_run_is_finished_when_it_says_so_and_every_answer_is(run: ReceivedRun) -> None:
    run.take(run_finished(), 10)
    before = run.is_finished
    run.take(changed(status="succeeded"), 20)

    assert not before
    assert run.is_finished


def test_answers_that_ended_before_the_socket_opened_come_with_the_snapshot() -> None:
    run = ReceivedRun()

    run.take(snapshot(state(status="failed", text="ab"), status="finished"), 10)

    assert run.is_finished
    [record] = run.records()
    assert (record.status, record.final, record.finished_at_us) == ("failed", "ab", 10)


def test_an_error_message_is_told(run: ReceivedRun) -> None:
    with pytest.raises(MessageRefused, match="no such"):
        run.take(b'{"type":"error","detail":"no such thing"}', 10)
