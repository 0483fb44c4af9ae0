"""The socket of a run's page."""

import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.test import Client

from accounts.models import Role, Team, User
from catalog.models import LanguageModel
from comparisons.models import ComparisonRun
from inference.models import Generation
from inference.watching.consumer import NOT_FOUND, SIGNED_OUT
from mmchat.asgi import application
from tests.comparisons.conftest import a_run, finish
from tests.factories import LanguageModelFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def owner(transactional_db: None) -> User:
    return UserFactory.create()


@pytest.fixture
def watched(owner: User) -> ComparisonRun:
    team: Team = owner.teams.get()
    model: LanguageModel = LanguageModelFactory.create()
    return a_run(owner, team, model)


def headers_of(user: User | None, origin: str | None = "http://localhost") -> Any:
    client = Client()
    if user is not None:
        client.force_login(user)
    cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    headers = [(b"host", b"localhost"), (b"cookie", cookie.encode())]
    return headers + ([(b"origin", origin.encode())] if origin else [])


class Socket:
    """A client of the whole ASGI application, without a server in between."""

    def __init__(self, path: str, headers: list[tuple[bytes, bytes]]) -> None:
        scope = {
            "type": "websocket",
            "path": path,
            "query_string": b"",
            "headers": headers,
            "subprotocols": [],
        }
        # asgiref carries no types for it.
        self._application: Any = ApplicationCommunicator(application, scope)  # type: ignore[no-untyped-call]

    async def connect(self) -> bool:
        await self._application.send_input({"type": "websocket.connect"})
        answer = await self._application.receive_output(timeout=10)
        return bool(answer["type"] == "websocket.accept")

    async def disconnect(self) -> None:
        await self._application.send_input({"type": "websocket.disconnect", "code": 1000})
        await self._application.wait(timeout=10)

    async def send_text(self, text: str) -> None:
        await self._application.send_input({"type": "websocket.receive", "text": text})

    async def send_json(self, message: object) -> None:
        await self.send_text(json.dumps(message))

    async def closed_with(self) -> int:
        answer = await self._application.receive_output(timeout=10)
        assert answer["type"] == "websocket.close"
        return int(answer["code"])

    async def receive_json(self) -> dict[str, Any]:
        answer = await self._application.receive_output(timeout=10)
        message: dict[str, Any] = json.loads(answer["text"])
        return message


@asynccontextmanager
async def socket_of(
    run_id: uuid.UUID, user: User | None, origin: str | None = "http://localhost"
) -> AsyncIterator[tuple[Socket, bool]]:
    headers = await sync_to_async(headers_of)(user, origin)
    socket = Socket(f"/ws/comparisons/{run_id}/", headers)
    accepted = await socket.connect()
    try:
        yield socket, accepted
    finally:
        await socket.disconnect()


async def received(socket: Socket, kind: str) -> dict[str, Any]:
    while True:
        message = await socket.receive_json()
        if message["type"] == kind:
            return message


async def test_it_begins_with_a_snapshot(owner: User, watched: ComparisonRun) -> None:
    async with socket_of(watched.id, owner) as (socket, accepted):
        assert accepted
        snapshot = await received(socket, "snapshot")

    assert snapshot["status"] == "running"
    assert [each["status"] for each in snapshot["generations"]] == ["queued", "queued"]


async def test_an_end_is_told_with_its_html(owner: User, watched: ComparisonRun) -> None:
    async with socket_of(watched.id, owner) as (socket, _):
        await received(socket, "snapshot")
        await sync_to_async(_finish_first)(watched)
        ended = await received(socket, "generation")
        while ended["status"] != "succeeded":
            ended = await received(socket, "generation")

    assert ended["text"] == "**Because.**"
    assert "<strong>Because.</strong>" in ended["html"]


@pytest.mark.parametrize("origin", [None, "https://evil.example"])
async def test_a_foreign_page_is_refused(
    owner: User, watched: ComparisonRun, origin: str | None
) -> None:
    async with socket_of(watched.id, owner, origin) as (_, accepted):
        assert not accepted


async def test_nobody_is_told_to_sign_in(watched: ComparisonRun) -> None:
    async with socket_of(watched.id, None) as (socket, _):
        assert await socket.closed_with() == SIGNED_OUT


async def test_an_outsider_learns_nothing(watched: ComparisonRun) -> None:
    outsider = await sync_to_async(UserFactory.create)()

    async with socket_of(watched.id, outsider) as (socket, _):
        assert await socket.closed_with() == NOT_FOUND


async def test_a_run_that_does_not_exist_is_refused(owner: User) -> None:
    async with socket_of(uuid.uuid4(), owner) as (socket, _):
        assert await socket.closed_with() == NOT_FOUND


async def test_a_refused_socket_takes_no_orders(watched: ComparisonRun) -> None:
    outsider = await sync_to_async(UserFactory.create)()

    async with socket_of(watched.id, outsider) as (socket, _):
        await socket.send_json({"type": "cancel"})
        assert await socket.closed_with() == NOT_FOUND

    wished = Generation.objects.filter(cancel_requested_at__isnull=False)
    assert not await wished.aexists()


async def test_a_run_that_is_gone_closes_its_socket(owner: User, watched: ComparisonRun) -> None:
    async with socket_of(watched.id, owner) as (socket, _):
        await received(socket, "snapshot")
        await watched.adelete()
        await socket.send_json({"type": "resync"})
        assert await socket.closed_with() == NOT_FOUND


@pytest.mark.parametrize("text", ["{", "[]", '"a"', "[" * 4000, '{"type": "vote"}', "x" * 9000])
async def test_a_malformed_message_is_told_and_the_socket_lives(
    owner: User, watched: ComparisonRun, text: str
) -> None:
    async with socket_of(watched.id, owner) as (socket, _):
        await received(socket, "snapshot")
        await socket.send_text(text)
        assert "resync" in (await received(socket, "error"))["detail"]
        await socket.send_json({"type": "resync"})
        await received(socket, "snapshot")


async def test_everything_is_stopped_by_a_message(owner: User, watched: ComparisonRun) -> None:
    async with socket_of(watched.id, owner) as (socket, _):
        await received(socket, "snapshot")
        await socket.send_json({"type": "cancel"})
        assert (await received(socket, "run"))["status"] == "finished"


async def test_a_viewer_may_not_stop_anything(watched: ComparisonRun) -> None:
    viewer = await sync_to_async(_viewer_of)(watched.team)
    async with socket_of(watched.id, viewer) as (socket, _):
        await received(socket, "snapshot")
        await socket.send_json({"type": "cancel"})
        assert "role" in (await received(socket, "error"))["detail"]


def _viewer_of(team: Team) -> User:
    viewer: User = MembershipFactory.create(team=team, role=Role.VIEWER).user
    return viewer


def _finish_first(run: ComparisonRun) -> None:
    generation = Generation.objects.with_model().get(pk=run.current_columns[0].generation_id)
    finish(generation, "**Because.**")
