"""The figures as text: Markdown tables that read well in a terminal too."""

import math
from collections.abc import Iterable, Mapping, Sequence

from bench.figures import Figures
from bench.machine import Machine
from bench.scenarios import FIRST_TOKEN_MS, TOKENS_PER_SECOND, Measure

_DECIMALS = {Measure.WALL: 3, Measure.MISSING: 0}

HOW = f"""\
Every stream comes at {TOKENS_PER_SECOND} tokens per second; the models of a run begin after \
{", ".join(map(str, FIRST_TOKEN_MS))} ms.
*Ideal* is the slowest model's own time. *Wall* runs from the first start sent to the final message
of the last answer, with saving and Markdown; of several rounds the slowest counts. *Added delay* is
from the provider's sending of a token to the WebSocket message that completed it at the client, all
tokens counted, also those that came before the client's socket was open. *CPU* is all that a
process spent from first start to last message. A megabyte has 10⁶ bytes; memory is the peak.
Before each scenario the same number of runs is done with short answers, unmeasured. PostgreSQL
runs without fsync. Portal, provider and clients share the machine.
"""


def verdicts(figures: Sequence[Figures]) -> str:
    """Every measure that has a bar, beside its bar."""
    rows = [
        [
            each.scenario.name,
            str(measure),
            _number(each.measures[measure], _DECIMALS.get(measure, 1)),
            f"≤ {bar:g}",
            "pass" if each.is_met(measure) else "MISS",
        ]
        for each in figures
        for measure, bar in each.scenario.bars.items()
    ]
    return _table(["scenario", "measure", "measured", "bar", ""], rows)


def details(figures: Sequence[Figures]) -> str:
    """Everything else, a column per scenario."""
    rows = [[name, *values] for name, values in _detail_rows(figures).items()]
    return _table(["", *(each.scenario.name for each in figures)], rows)


def problems(figures: Sequence[Figures]) -> str:
    """What went wrong, a line each; nothing if all went well."""
    return "".join(
        f"{each.scenario.name}: {problem}\n" for each in figures for problem in each.problems
    )


def document(figures: Sequence[Figures], machine: Machine) -> str:
    """The whole of `results.md`."""
    versions = ", ".join(f"{name} {number}" for name, number in machine.versions.items())
    where = (
        f"{machine.processor}, {machine.cores} cores, {machine.memory_gb:.0f} GB, {machine.system}"
    )
    scenarios = "\n".join(
        f"- **{each.scenario.name}**: {each.scenario.title}, {each.scenario.tokens} tokens each, "
        f"ideal {each.scenario.ideal_s:.2f} s, {_times(each.scenario.rounds)}"
        for each in figures
    )
    return "\n".join(
        [
            "# Results of `make bench`",
            "",
            f"Measured {machine.date} on {where}.",
            "",
            versions + ".",
            "",
            scenarios,
            "",
            HOW,
            "## Bars",
            "",
            verdicts(figures),
            "## More figures",
            "",
            details(figures),
            *([problems(figures)] if problems(figures) else []),
        ]
    )


def _detail_rows(figures: Sequence[Figures]) -> dict[str, list[str]]:
    rows = {
        "streams · tokens": [f"{each.scenario.streams} · {each.tokens}" for each in figures],
        "tokens per s, asked for": _numbers(
            (each.scenario.streams * TOKENS_PER_SECOND for each in figures), 0
        ),
        "wall ÷ ideal": _numbers(each.measures[Measure.WALL] for each in figures),
        "of it the provider's own": _numbers(each.provider_wall for each in figures),
        "start through the API, median, ms": _numbers((each.start_ms for each in figures), 1),
        "queue, median, ms": _numbers((each.queue_ms for each in figures), 1),
    }
    for measure in (Measure.FIRST_TOKEN, Measure.MEDIAN, Measure.P99):
        rows[str(measure)] = _numbers((each.measures[measure] for each in figures), 1)
    rows |= {
        "first token, worst, ms": _numbers((each.first_token_worst_ms for each in figures), 1),
        "any token, worst, ms": _numbers((each.delay_worst_ms for each in figures), 1),
        "frames per s, all clients": _numbers((each.frames_per_s for each in figures), 0),
        "tokens by snapshot or final message": _numbers((e.late_tokens for e in figures), 0),
        "tokens repeated after a snapshot": _numbers((e.repeated_tokens for e in figures), 0),
        "snapshots asked for after a gap": _numbers((each.resyncs for each in figures), 0),
        str(Measure.CPU): _numbers((each.measures[Measure.CPU] for each in figures), 1),
    }
    rows |= _by_process("CPU per token, {}, µs", [each.cpu_us for each in figures])
    rows |= _by_process("memory, {}, MB", [each.memory_mb for each in figures])
    rows["cores taken by other programs"] = _numbers((e.others_cores for e in figures), 2)
    return rows


def _by_process(title: str, values: Sequence[Mapping[str, float]]) -> dict[str, list[str]]:
    names = list(dict.fromkeys(name for each in values for name in each))
    return {
        title.format(name): _numbers((each.get(name, math.nan) for each in values), 1)
        for name in names
    }


def _numbers(values: Iterable[float], decimals: int = 3) -> list[str]:
    return [_number(value, decimals) for value in values]


def _number(value: float, decimals: int) -> str:
    if math.isnan(value):
        return "–"
    return "never" if math.isinf(value) else f"{value:.{decimals}f}"


def _times(rounds: int) -> str:
    return "once" if rounds == 1 else f"{rounds} times"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    lines = [heads, ["-" * width for width in widths], *rows]
    return "".join(
        "| "
        + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        + " |\n"
        for line in lines
    )
