"""The bars, and the table that says which are met."""

import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

from bench.figures import Figures, percentile
from bench.scenarios import TOKENS, TOKENS_PER_SECOND, TTFT_MS

PACKAGES = ("Django", "celery", "channels", "channels_redis", "uvicorn", "redis", "groq")


@dataclass(frozen=True, slots=True)
class Bar:
    """A bound on one figure: at most `limit`."""

    title: str
    limit: float
    unit: str
    read: Callable[[Figures], float]


def _first(figures: Figures) -> float:
    return percentile(figures.first_token_delay_ms, 50)


def _median(figures: Figures) -> float:
    return percentile(figures.delay_ms, 50)


def _p99(figures: Figures) -> float:
    return percentile(figures.delay_ms, 99)


def _wall(limit: float) -> Bar:
    return Bar("wall ÷ ideal", limit, "", lambda figures: figures.wall_ratio)


_EXACT = Bar("answers with a missing character", 0, "", lambda figures: figures.missing_answers)
_ONE_RUN = (
    _wall(1.03),
    Bar("first token, added delay, median", 15, "ms", _first),
    Bar("any token, added delay, median", 45, "ms", _median),
    _EXACT,
)
BARS: dict[str, Sequence[Bar]] = {
    "1x4": _ONE_RUN,
    "20x4": (
        _wall(1.06),
        Bar("any token, added delay, median", 60, "ms", _median),
        Bar("any token, added delay, p99", 200, "ms", _p99),
        Bar("CPU per token, all processes", 150, "µs", lambda figures: figures.portal_cpu_us),
        _EXACT,
    ),
    "50x4": (
        _wall(1.15),
        Bar("memory of the web process", 200, "MB", lambda figures: figures.rss_mb["web"]),
        Bar("memory of the worker", 250, "MB", lambda figures: figures.rss_mb["worker"]),
        _EXACT,
    ),
    "embedded-1x4": _ONE_RUN,
}


def as_markdown(measured: Sequence[Figures]) -> str:
    """Return the report: where it was measured, the bars, and where the CPU time goes."""
    return "\n".join(
        [
            "# Results of `make bench`",
            "",
            *_machine(),
            "",
            (
                f"A model sends {TOKENS} tokens, {TOKENS_PER_SECOND} a second, after {TTFT_MS} ms. "
                "A delay is the time from the provider's sending of a token to its arrival in the "
                "browser's socket; provider, portal and clients share the machine."
            ),
            "",
            "| scenario | figure | bar | measured | |",
            "| --- | --- | --- | --- | --- |",
            *(row for figures in measured for row in _bar_rows(figures)),
            "",
            (
                "| scenario | streams | first token p50 / p99 ms | token p50 / p99 ms | frames/s "
                "| CPU µs per token | memory MB |"
            ),
            "| --- | --- | --- | --- | --- | --- | --- |",
            *(_detail_row(figures) for figures in measured),
            "",
        ]
    )


def _bar_rows(figures: Figures) -> list[str]:
    rows = []
    for bar in BARS[figures.name]:
        value = bar.read(figures)
        verdict = "met" if value <= bar.limit else "**missed**"
        shown = f"{value:.3f}" if not bar.unit and bar.limit else f"{value:.0f}"
        rows.append(
            f"| {figures.name} | {bar.title} | ≤ {bar.limit:g} {bar.unit} "
            f"| {shown} {bar.unit} | {verdict} |"
        )
    return rows


def _detail_row(figures: Figures) -> str:
    first, every = figures.first_token_delay_ms, figures.delay_ms
    cpu = ", ".join(f"{part} {value:.0f}" for part, value in figures.cpu_us_per_token.items())
    memory = ", ".join(f"{part} {value:.0f}" for part, value in figures.rss_mb.items())
    return (
        f"| {figures.name} | {figures.runs * 4} "
        f"| {percentile(first, 50):.1f} / {percentile(first, 99):.1f} "
        f"| {percentile(every, 50):.1f} / {percentile(every, 99):.1f} "
        f"| {figures.frames / figures.wall_s:.0f} | {cpu} | {memory} |"
    )


def _machine() -> list[str]:
    memory_gb = psutil.virtual_memory().total / 1e9
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return [
        (
            f"{datetime.now(UTC):%d %B %Y}. {_processor()}, {os.cpu_count()} cores, "
            f"{memory_gb:.0f} GB, {platform.system()} {platform.release()}. "
            f"Python {platform.python_version()}, {packages}."
        ),
    ]


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text().splitlines() if facts.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
