"""This process as a worker: it claims generations, keeps their leases and lets go at the end."""

import logging
import threading
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, connection
from django.utils import timezone

from inference.adapters import load_kind
from inference.adapters.base import AdapterError, Connection, Message, Request
from inference.connections import adapter_for, close_adapters, connection_to
from inference.engine import Engine, Stream, TimeLimits, engine
from inference.live_buffer import AttemptKey
from inference.loop import streaming_loop
from inference.models import Generation
from inference.outcome import End, Outcome
from inference.services import attempts
from inference.services.asking import send_to_workers

logger = logging.getLogger(__name__)

T = TypeVar("T")

OWNER = uuid.uuid4()
"""This process's name on the leases that it holds."""

DATABASE_PATIENCE_S = 60.0
HAND_BACK_S = 5.0
HAND_BACK_RETRY_S = 0.2


def perform(generation_id: uuid.UUID) -> None:
    """Claim the generation, stream its answer, write its end. Does nothing if it is not to be had.

    The database connection goes back to its pool while the answer streams.
    """
    if _is_closing.is_set():
        send_to_workers([generation_id])
        return
    generation = _with_patience(lambda: attempts.claim(generation_id, OWNER))
    if generation is None:
        return
    _keeper.hold(generation.id)
    try:
        outcome = Outcome(End.HANDED_BACK) if _hands_back.is_set() else _answer(generation)
        _with_patience(lambda: attempts.end(generation, outcome))
    finally:
        _keeper.release(generation.id)


def drain(patience_s: float) -> None:
    """Claim nothing more, let streams end for `patience_s`, then hand the rest back."""
    _is_closing.set()
    _keeper.wait_until_free(patience_s)
    _hands_back.set()
    deadline = time.monotonic() + HAND_BACK_S
    # Again and again: a claim that was under way becomes a stream only now.
    while not _keeper.wait_until_free(HAND_BACK_RETRY_S) and time.monotonic() < deadline:
        _stop_streams(list(_keeper.held()), End.HANDED_BACK)


def close() -> None:
    """Close the connections to the providers."""
    streaming_loop().submit(close_adapters()).result(timeout=10)


def _answer(generation: Generation) -> Outcome:
    try:
        connection_facts = connection_to(generation.model.provider)
        # An SDK takes up to a second to import, which the loop's other streams must not wait for.
        load_kind(connection_facts.kind)
        streaming = streaming_loop().submit(_stream(engine(), generation, connection_facts))
        close_old_connections()
        return streaming.result()
    except AdapterError as error:
        return Outcome(End.FAILED, error=error)


async def _stream(streams: Engine, generation: Generation, connection_facts: Connection) -> Outcome:
    adapter = await adapter_for(connection_facts)
    stream = Stream(
        key=AttemptKey(generation.id, generation.attempt),
        group=generation.group,
        request=Request(
            model=generation.model.name,
            messages=[Message(**message) for message in generation.messages],
            parameters=generation.parameters,
        ),
        adapter=adapter,
        limits=TimeLimits.from_settings(),
    )
    return await streams.run(stream)


def _with_patience(write: Callable[[], T]) -> T:
    """Repeat `write` while the database restarts: what is paid for is only in memory."""
    deadline = time.monotonic() + DATABASE_PATIENCE_S
    pause_s = 0.2
    while True:
        try:
            return write()
        except (OperationalError, InterfaceError) as error:
            if time.monotonic() + pause_s > deadline:
                raise
            logger.warning("The database is away (%s); trying again in %.1f s.", error, pause_s)
            connection.close()
            time.sleep(pause_s)
            pause_s = min(pause_s * 2, 5.0)


def _stop_streams(generation_ids: list[uuid.UUID], reason: End) -> None:
    if generation_ids:
        streaming_loop().loop.call_soon_threadsafe(engine().stop, generation_ids, reason)


class LeaseKeeper:
    """A thread that renews this process's leases and looks for wishes to cancel.

    One UPDATE renews all leases at once, and one SELECT finds all wishes: their cost does not
    grow with the number of streams. It sleeps while nothing runs.
    """

    def __init__(self) -> None:
        self._held: set[uuid.UUID] = set()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._renewed_at = 0.0

    def hold(self, generation_id: uuid.UUID) -> None:
        with self._changed:
            self._held.add(generation_id)
            self._changed.notify_all()
            if self._thread is None:
                self._renewed_at = time.monotonic()
                self._thread = threading.Thread(
                    target=self._keep_for_ever, name="lease-keeper", daemon=True
                )
                self._thread.start()

    def release(self, generation_id: uuid.UUID) -> None:
        with self._changed:
            self._held.discard(generation_id)
            self._changed.notify_all()

    def held(self) -> frozenset[uuid.UUID]:
        with self._changed:
            return frozenset(self._held)

    def wait_until_free(self, timeout_s: float) -> bool:
        """Return whether nothing is held any more, after at most `timeout_s`."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._held, timeout_s)

    def _keep_for_ever(self) -> None:
        while True:
            if not self.held():
                connection.close()
            with self._changed:
                self._changed.wait_for(lambda: bool(self._held))
            try:
                self._keep()
            except (OperationalError, InterfaceError) as error:
                logger.warning("Leases were not renewed: the database is away (%s).", error)
                connection.close()
            time.sleep(settings.CANCEL_POLL_S)

    def _keep(self) -> None:
        held = self.held()
        own = Generation.objects.running().filter(lease_owner=OWNER)
        wished = own.filter(cancel_requested_at__isnull=False).values_list("id", flat=True)
        _stop_streams(list(wished), End.CANCELLED)
        if time.monotonic() - self._renewed_at >= settings.LEASE_RENEWAL_S:
            expires_at = timezone.now() + timedelta(seconds=settings.LEASE_S)
            own.filter(pk__in=held).update(lease_expires_at=expires_at)
            still_own = set(own.values_list("id", flat=True))
            _stop_streams(list(held - still_own), End.LEASE_LOST)
            self._renewed_at = time.monotonic()


_keeper = LeaseKeeper()
_is_closing = threading.Event()
_hands_back = threading.Event()
