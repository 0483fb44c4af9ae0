"""The end of a test run: how many tests of which kind, and which real parts were not there."""

from collections import Counter

import pytest
from _pytest.terminal import TerminalReporter

_KINDS = {
    "browser": "in a real browser",
    "worker": "with worker processes, Redis and PostgreSQL",
    "local_model": "with a real local model",
    "portal": "with the embedded portal as a process",
    "command": "with a command as a process",
    "django_db": "in process, on PostgreSQL and Redis",
}
_ALONE = "in process, without a database"
_kind_of: dict[str, str] = {}


def pytest_itemcollected(item: pytest.Item) -> None:
    _kind_of[item.nodeid] = _ALONE


def pytest_collection_finish(session: pytest.Session) -> None:
    """Runs when every marker is set."""
    for item in session.items:
        _kind_of[item.nodeid] = _kind(item)


def _kind(item: pytest.Item) -> str:
    asked = set(getattr(item, "fixturenames", ()))
    traits = {mark.name for mark in item.iter_markers()}
    if "embedded_portal" in asked:
        traits.add("portal")
    if asked & {"db", "transactional_db", "django_db_setup"}:
        traits.add("django_db")
    return next((words for trait, words in _KINDS.items() if trait in traits), _ALONE)


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    counts = {
        outcome: Counter(_kind_of[report.nodeid] for report in _reports(terminalreporter, outcome))
        for outcome in ("passed", "failed", "error", "skipped")
    }
    terminalreporter.section("tests by kind")
    for kind in [*_KINDS.values(), _ALONE]:
        told = [f"{counts[outcome][kind]} {outcome}" for outcome in counts if counts[outcome][kind]]
        if told:
            terminalreporter.line(f"{kind + ':':<46} {', '.join(told)}")
    _tell_of_skips(terminalreporter)


def _tell_of_skips(terminalreporter: TerminalReporter) -> None:
    skipped = Counter(_reason(report) for report in _reports(terminalreporter, "skipped"))
    if skipped:
        terminalreporter.section("SKIPPED REAL PARTS", red=True, bold=True)
        for reason, count in skipped.most_common():
            terminalreporter.line(f"{count} tests did NOT run: {reason}", red=True)


def _reports(terminalreporter: TerminalReporter, outcome: str) -> list[pytest.TestReport]:
    """Return one report per test; a passed test counts by its call, not by set-up and tear-down."""
    reports = terminalreporter.stats.get(outcome, [])
    return [report for report in reports if isinstance(report, pytest.TestReport)]


def _reason(report: pytest.TestReport) -> str:
    return str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else "no reason given"
