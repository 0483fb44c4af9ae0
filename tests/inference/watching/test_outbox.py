"""What a reader gets, quick or slow."""

import asyncio
import json
import uuid
from collections.abc import Sequence

import pytest
from django.db import OperationalError

from inference.watching import outbox
from inference.watching.messages import Message
from inference.watching.outbox import Outbox, ReaderStuck


class Reader:
    """Takes what is sent, and tells when the last that is wanted has come."""

    def __init__(self, wanted: int) -> None:
        self.texts: list[str] = []
        self.has_all = asyncio.Event()
        self._wanted = wanted

    async def take(self, text: str) -> None:
        self.texts.append(text)
        if len(self.texts) == self._wanted:
            self.has_all.set()


class Answers:
    """A feed of answers that are only ids and states; it counts its reads."""

    group = "comparison.1"

    def __init__(self, *states: str) -> None:
        self.reads: list[Sequence[uuid.UUID]] = []
        self.states = list(states)
        self.outages = 0

    async def snapshot(self) -> Message:
        if self.outages:
            self.outages -= 1
            raise OperationalError("the connection is closed")
        answers = [{"id": str(n), "status": state} for n, state in enumerate(self.states)]
        return {"type": "snapshot", "generations": answers}

    async def generations(self, ids: Sequence[uuid.UUID]) -> list[Message]:
        self.reads.append(list(ids))
        return [
            {"type": "generation", "id": str(generation_id), "status": "succeeded"}
            for generation_id in ids
        ]

    def state(self, snapshot: Message) -> Message:
        return snapshot

    def is_over(self, message: Message) -> bool:
        return False


def text(text: str) -> Message:
    return {"type": "live.text", "text": text}


def changed(generation_id: uuid.UUID) -> Message:
    return {"type": "live.generation", "id": str(generation_id)}


async def delivered(box: Outbox, reader: Reader) -> list[str]:
    running = asyncio.create_task(box.run())
    await reader.has_all.wait()
    running.cancel()
    return reader.texts


async def test_a_reader_who_falls_behind_gets_a_snapshot_instead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outbox, "MAX_BACKLOG_CHARACTERS", 10)
    reader = Reader(wanted=1)
    box = Outbox(reader.take, Answers())

    for _ in range(5):
        box.take(text("frame"))

    assert await delivered(box, reader) == ['{"type":"snapshot","generations":[]}']


async def test_answers_that_change_at_once_are_read_at_once() -> None:
    one, two = uuid.uuid4(), uuid.uuid4()
    feed, reader = Answers(), Reader(wanted=2)
    box = Outbox(reader.take, feed)

    for generation_id in (one, two, one):
        box.take(changed(generation_id))
    sent = await delivered(box, reader)

    assert [json.loads(each)["id"] for each in sent] == [str(one), str(two)]
    assert feed.reads == [[one, two]]


async def test_a_change_keeps_its_place_among_the_texts() -> None:
    one = uuid.uuid4()
    reader = Reader(wanted=3)
    box = Outbox(reader.take, Answers())

    box.take(text("before"))
    box.take(changed(one))
    box.take(text("after"))
    sent = await delivered(box, reader)

    assert [sent[0], json.loads(sent[1])["id"], sent[2]] == ["before", str(one), "after"]


async def test_a_reader_who_takes_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "STUCK_AFTER_S", 0.01)

    async def send(text: str) -> None:
        await asyncio.Event().wait()

    box = Outbox(send, Answers())
    box.take(text("frame"))

    with pytest.raises(ReaderStuck):
        await box.run()


async def test_an_end_that_nobody_told_is_found_after_a_silence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outbox, "QUIET_CHECK_S", 0.01)
    feed, reader = Answers("running"), Reader(wanted=2)

    async def take(text: str) -> None:
        await reader.take(text)
        feed.states = ["succeeded"]

    box = Outbox(take, feed)
    box.want_snapshot()
    sent = await delivered(box, reader)

    assert [json.loads(each)["generations"][0]["status"] for each in sent] == [
        "running",
        "succeeded",
    ]


async def test_a_silence_in_which_nothing_happened_is_not_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outbox, "QUIET_CHECK_S", 0.001)
    looks = 0
    looked_often = asyncio.Event()

    class Silent(Answers):
        async def snapshot(self) -> Message:
            nonlocal looks
            looks += 1
            if looks == 5:
                looked_often.set()
            return await super().snapshot()

    reader = Reader(wanted=2)
    box = Outbox(reader.take, Silent("queued"))
    box.want_snapshot()
    running = asyncio.create_task(box.run())
    await looked_often.wait()
    running.cancel()

    assert len(reader.texts) == 1


async def test_a_database_that_is_away_for_a_while_delays_what_is_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outbox, "DATABASE_RETRY_S", 0.001)
    feed, reader = Answers("running"), Reader(wanted=1)
    feed.outages = 2
    box = Outbox(reader.take, feed)
    box.want_snapshot()

    [sent] = await delivered(box, reader)

    assert json.loads(sent)["type"] == "snapshot"
