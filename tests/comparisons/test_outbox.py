"""What a slow reader gets."""

import asyncio

import pytest

from comparisons import outbox
from comparisons.outbox import Outbox, ReaderStuck


async def test_a_reader_who_falls_behind_gets_a_snapshot_instead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outbox, "MAX_BACKLOG_CHARACTERS", 10)
    sent: list[str] = []
    done = asyncio.Event()

    async def send(text: str) -> None:
        sent.append(text)
        done.set()

    async def snapshot() -> str:
        return "snapshot"

    box = Outbox(send, snapshot)
    for _ in range(5):
        box.put("frame")
    running = asyncio.create_task(box.run())
    await done.wait()
    running.cancel()

    assert sent == ["snapshot"]


async def test_a_reader_who_takes_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "STUCK_AFTER_S", 0.01)

    async def send(text: str) -> None:
        await asyncio.Event().wait()

    async def snapshot() -> str:
        return ""

    box = Outbox(send, snapshot)
    box.put("frame")

    with pytest.raises(ReaderStuck):
        await box.run()
