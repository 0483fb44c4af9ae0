"""What really was, as the database and the provider have it."""

import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg

from tests.faults.client import Run
from tests.faults.models import TAG
from tests.faults.reader import Reader
from tests.fixtures.portals import Portal
from tests.provider.server import RecordedCall

PATIENCE_S = 45.0
_RETRY_S = 0.05
_GENERATIONS = """
    SELECT model.name, generation.status, generation.attempt, generation.text,
           generation.reasoning
    FROM inference_generation AS generation
    JOIN catalog_languagemodel AS model ON model.id = generation.model_id
    WHERE generation.source_id = {run}
"""
_LEDGER = """
    SELECT model.name, entry.attempt, entry.status, entry.error_kind, entry.completion_tokens
    FROM usage_ledgerentry AS entry
    JOIN catalog_languagemodel AS model ON model.id = entry.model_id
    WHERE entry.source_id = {run}
    ORDER BY model.name, entry.attempt
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """One answer as the database has it."""

    model: str
    status: str
    attempt: int
    text: str
    reasoning: str


@dataclass(frozen=True, slots=True)
class Billed:
    """One row of the ledger; `status` is how the attempt ended."""

    model: str
    attempt: int
    status: str
    error_kind: str
    completion_tokens: int


def kept(portal: Portal, run: Run) -> list[Kept]:
    return [Kept(*row) for row in _rows(portal, _GENERATIONS, run)]


def billed(portal: Portal, run: Run) -> list[Billed]:
    return [Billed(*row) for row in _rows(portal, _LEDGER, run)]


def calls(portal: Portal, run: Run) -> list[RecordedCall]:
    """What the provider was asked for this run."""
    return [
        call
        for call in portal.provider.calls(TAG)
        if call.body["messages"][-1]["content"] == run.prompt
    ]


def wait_until(reached: Callable[[], bool], what: str) -> None:
    """Look again and again at what cannot be waited for as an event."""
    deadline = time.monotonic() + PATIENCE_S
    while not reached():
        assert time.monotonic() < deadline, f"not in time: {what}"
        time.sleep(_RETRY_S)


def wait_until_kept(portal: Portal, runs: Iterable[Run], statuses: set[str]) -> None:
    """Return once every answer of the runs is in one of these states."""
    runs = list(runs)
    wait_until(
        lambda: all(answer.status in statuses for run in runs for answer in kept(portal, run)),
        f"every answer {' or '.join(sorted(statuses))}",
    )


def check_answers(portal: Portal, run: Run, answer_count: int) -> None:
    """Every answer is good, and just what the provider sent in the attempt that counts."""
    answers = kept(portal, run)
    sent = {(call.model, call.text, call.reasoning) for call in calls(portal, run) if _ended(call)}

    assert [answer.status for answer in answers] == ["succeeded"] * answer_count
    for answer in answers:
        assert (answer.model, answer.text, answer.reasoning) in sent


def check_ledger(portal: Portal, run: Run) -> None:
    """One row for each call that the provider got, its attempts numbered without a gap."""
    entries = billed(portal, run)
    asked = Counter(call.model for call in calls(portal, run))

    assert Counter(entry.model for entry in entries) == asked
    for model, count in asked.items():
        attempts = [entry.attempt for entry in entries if entry.model == model]
        assert attempts == list(range(1, count + 1))


def check_reader(portal: Portal, run: Run, reader: Reader) -> None:
    """The reader has the final truth and was never told a thing that is not so."""
    read = sorted(
        (answer.model, answer.status, answer.texts["answer"], answer.texts["reasoning"])
        for answer in reader.answers.values()
    )

    assert reader.contradictions == []
    assert read == sorted(
        (answer.model, answer.status, answer.text, answer.reasoning) for answer in kept(portal, run)
    )


def _ended(call: RecordedCall) -> bool:
    return call.outcome == "finished"


def _rows(portal: Portal, query: str, run: Run) -> Sequence[tuple[Any, ...]]:
    url = portal.environment["DATABASE_URL"]
    if url.startswith("sqlite:///"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=20)
        try:
            return connection.execute(query.format(run="?"), [UUID(run.id).hex]).fetchall()
        finally:
            connection.close()
    with psycopg.connect(url) as server:
        return server.execute(query.format(run="%s"), [run.id]).fetchall()
