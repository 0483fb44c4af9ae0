"""A run as Server-Sent Events."""

import asyncio
import json
import uuid
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from rest_framework.test import APIClient

from accounts.models import User
from comparisons.feed import RunFeed
from comparisons.models import ComparisonRun
from inference.adapters.base import TextKind
from inference.frames import AttemptTexts, Frames
from inference.layer import channel_layer
from inference.live_buffer import AttemptKey, live_buffer
from inference.models import Generation
from inference.services import attempts
from inference.watching import events
from inference.watching.events import event_stream
from tests.comparisons.conftest import a_run, end, finish
from tests.factories import LanguageModelFactory, UserFactory

WAIT_S = 20
BALLOON = "Be\u0301 🎈 "


@pytest.fixture
def followed(transactional_db: None) -> ComparisonRun:
    person: User = UserFactory.create()
    return a_run(person, person.teams.get(), LanguageModelFactory.create())


class Follower:
    """A client of the stream: the events as they come, without the comments between them."""

    def __init__(self, run: ComparisonRun, last_event_id: str = "") -> None:
        feed = RunFeed(ComparisonRun.objects.all(), run.id, wants_html=False)
        self.raw = event_stream(feed, last_event_id)
        self.last_event_id = last_event_id

    async def next_raw(self) -> str:
        async with asyncio.timeout(WAIT_S):
            return await anext(self.raw)

    async def next(self) -> dict[str, Any]:
        while (text := await self.next_raw()).startswith(":"):
            continue
        head, kind, data, *rest = text.split("\n")
        assert rest == ["", ""]
        self.last_event_id = head.removeprefix("id: ")
        message: dict[str, Any] = json.loads(data.removeprefix("data: "))
        assert kind == f"event: {message['type']}"
        return message

    async def until(self, kind: str, **fields: object) -> dict[str, Any]:
        while True:
            message = await self.next()
            if message["type"] == kind and fields.items() <= message.items():
                return message

    async def rest(self) -> list[dict[str, Any]]:
        messages = []
        try:
            while True:
                messages.append(await self.next())
        except StopAsyncIteration:
            return messages

    async def leave(self) -> None:
        await self.raw.aclose()


class Answering:
    """The first answer of a run as a worker makes it."""

    def __init__(self, run: ComparisonRun, claimed: Generation) -> None:
        self.generation = claimed
        self._frames = Frames(live_buffer(), 0.01)
        key = AttemptKey(claimed.id, claimed.attempt)
        self._texts = AttemptTexts(key, run.group)

    async def say(self, text: str) -> None:
        self._frames.add(self._texts, TextKind.ANSWER, text)
        await self._frames.flush(self._texts)

    async def end(self) -> None:
        await sync_to_async(end)(self.generation, self._texts.text(TextKind.ANSWER))


async def answering(run: ComparisonRun) -> Answering:
    return Answering(run, await sync_to_async(_claim_first)(run))


async def test_it_goes_from_a_snapshot_over_frames_to_its_end(followed: ComparisonRun) -> None:
    follower = Follower(followed)
    assert (await follower.next())["type"] == "snapshot"

    answer = await answering(followed)
    await follower.until("generation", status="running")
    await answer.say(BALLOON)
    frame = await follower.until("frame")
    await answer.end()
    await sync_to_async(_finish_second)(followed)
    rest = await follower.rest()

    assert [each["text"] for each in frame["pieces"]] == [BALLOON]
    assert {each["type"] for each in rest[:-1]} == {"generation"}
    last_told = {each["position"]: each["text"] for each in rest[:-1]}
    assert last_told == {0: BALLOON, 1: "Second."}
    assert rest[-1] == {"type": "run", "status": "finished"}


async def test_who_comes_back_gets_what_is_missing_and_no_more(followed: ComparisonRun) -> None:
    first = Follower(followed)
    answer = await answering(followed)
    await first.until("snapshot")
    await answer.say(BALLOON)
    await first.until("frame")
    await first.leave()
    await answer.say("went ")
    await answer.say("up 👩‍👩‍👧.")

    second = Follower(followed, first.last_event_id)
    frame = await second.next()
    await second.leave()

    assert frame["type"] == "frame"
    [piece] = frame["pieces"]
    assert (piece["offset"], piece["text"]) == (len(BALLOON), "went up 👩‍👩‍👧.")


async def test_who_comes_back_to_an_ended_run_gets_its_end(followed: ComparisonRun) -> None:
    first = Follower(followed)
    await first.until("snapshot")
    await first.leave()
    await sync_to_async(_finish_both)(followed)

    messages = await Follower(followed, first.last_event_id).rest()

    assert [each["type"] for each in messages] == ["frame", "generation", "generation", "run"]
    assert messages[-1]["status"] == "finished"


async def test_an_ended_run_is_told_in_one_event(followed: ComparisonRun) -> None:
    await sync_to_async(_finish_both)(followed)

    [snapshot] = await Follower(followed).rest()

    assert (snapshot["type"], snapshot["status"]) == ("snapshot", "finished")


@pytest.mark.parametrize("last_event_id", ["nonsense", f"{uuid.uuid4()}:1:-4:0"])
async def test_a_garbled_last_event_id_counts_as_none(
    followed: ComparisonRun, last_event_id: str
) -> None:
    follower = Follower(followed, last_event_id)

    first = await follower.next()
    await follower.leave()

    assert first["type"] == "snapshot"


async def test_silence_is_filled_with_comments(
    followed: ComparisonRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "HEARTBEAT_S", 0.05)
    follower = Follower(followed)
    await follower.until("snapshot")

    text = await follower.next_raw()
    await follower.leave()

    assert text == ": still here\n\n"


async def test_a_frame_that_went_missing_is_followed_by_a_snapshot(
    followed: ComparisonRun,
) -> None:
    follower = Follower(followed)
    await follower.until("snapshot")
    answer = await answering(followed)
    await follower.until("generation", status="running")
    late = {
        "type": "frame",
        "pieces": [
            {
                "id": str(answer.generation.id),
                "attempt": 1,
                "kind": "answer",
                "offset": 7,
                "text": "late",
            }
        ],
    }
    await channel_layer().group_send(
        followed.group, {"type": "live.text", "text": json.dumps(late)}
    )

    await follower.until("frame")
    await follower.until("snapshot")
    await follower.leave()


async def test_a_run_that_goes_away_ends_its_stream(followed: ComparisonRun) -> None:
    await followed.adelete()

    assert await Follower(followed).rest() == []


def test_the_stream_is_neither_kept_nor_held_back(alice_api: APIClient, run: ComparisonRun) -> None:
    response = alice_api.get(f"/api/v1/comparisons/{run.id}/events/")

    assert response["Content-Type"] == "text/event-stream"
    assert response["Cache-Control"] == "no-store"
    assert response["X-Accel-Buffering"] == "no"


@pytest.mark.parametrize("accept", ["text/event-stream", "application/json", "*/*"])
def test_another_teams_stream_is_not_there(
    charlie_api: APIClient, run: ComparisonRun, accept: str
) -> None:
    url = f"/api/v1/comparisons/{run.id}/events/"

    response = charlie_api.get(url, headers={"Accept": accept})

    assert response.status_code == 404


def _claim_first(run: ComparisonRun) -> Generation:
    claimed = attempts.claim(run.current_columns[0].generation_id, uuid.uuid4())
    assert claimed is not None
    return claimed


def _finish_second(run: ComparisonRun) -> None:
    finish(Generation.objects.get(pk=run.current_columns[1].generation_id), "Second.")


def _finish_both(run: ComparisonRun) -> None:
    for generation in Generation.objects.filter(column__run=run):
        finish(generation, "Both.")
