"""`python -m bench [--only NAME …] [--profile web worker]`; `make bench` does all.

Ends with 1 if a bar is missed. `bench/results.md` is written when every scenario was measured.
"""

import argparse
import contextlib
import itertools
import signal
import sys
import uuid
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from bench import report
from bench.figures import Figures, figures_of
from bench.machine import describe_machine
from bench.messages import Plan
from bench.processes import Watch
from bench.profiling import ProfilerMissing, find_profiler, profile
from bench.rounds import Round
from bench.scenarios import SCENARIOS, Scenario, warm_up
from bench.set_ups import Measured, start
from tests.provider.server import ProviderError, RecordedCall, RunningProvider

RESULTS = Path(__file__).with_name("results.md")
_CALLS_END_S = 10.0


def main(arguments: Sequence[str]) -> int:
    asked = _parser().parse_args(arguments)
    if asked.profile:
        try:
            find_profiler()
        except ProfilerMissing as missing:
            print(missing, file=sys.stderr)
            return 2
    signal.signal(signal.SIGTERM, _end)
    chosen = [each for each in SCENARIOS if not asked.only or each.name in asked.only]
    try:
        figures, servers = _measure_all(chosen, asked.profile)
    except KeyboardInterrupt:
        print("\nStopped; nothing was written.", file=sys.stderr)
        return 130
    print(f"\n{report.verdicts(figures)}\n{report.details(figures)}{report.problems(figures)}")
    if len(chosen) == len(SCENARIOS) and not asked.profile:
        RESULTS.write_text(report.document(figures, describe_machine(servers)))
        print(f"Written to {RESULTS}")
    return 0 if all(each.all_met for each in figures) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    names = [scenario.name for scenario in SCENARIOS]
    parser.add_argument("--only", nargs="+", choices=names, help="measure these, write nothing")
    parser.add_argument(
        "--profile",
        nargs="+",
        default=[],
        choices=["web", "worker"],
        help="show where these processes spend their time; figures are worse meanwhile",
    )
    return parser


def _measure_all(
    scenarios: Sequence[Scenario], profiled: Sequence[str]
) -> tuple[list[Figures], dict[str, str]]:
    """Measure all; those of one set-up share its processes, in the order of growing load."""
    figures: list[Figures] = []
    servers: dict[str, str] = {}
    for set_up, group in itertools.groupby(scenarios, key=lambda each: each.set_up):
        print(f"Starting the {set_up} set-up …", flush=True)
        with start(set_up) as measured:
            servers |= measured.servers
            figures += [_measure(scenario, measured, profiled) for scenario in group]
    return figures, servers


def _measure(scenario: Scenario, measured: Measured, profiled: Sequence[str]) -> Figures:
    print(f"{scenario.name}: {scenario.title} …", flush=True)
    _do(warm_up(scenario), measured)
    rounds = []
    for _ in range(scenario.rounds):
        with contextlib.ExitStack() as profiles:
            for part in set(profiled) & set(measured.parts):
                profiles.enter_context(profile(part, measured.parts[part], scenario.ideal_s))
            rounds.append(_do(scenario, measured))
    return figures_of(rounds, measured.parts)


def _do(scenario: Scenario, measured: Measured) -> Round:
    measured.provider.reset()
    plan = Plan(
        prompts=[f"{scenario.name} {uuid.uuid4()}" for _ in range(scenario.runs)],
        models=scenario.models,
        patience_s=3 * scenario.ideal_s + 30,
    )
    with Watch({**measured.parts, **measured.bystanders}) as watch:
        records = measured.clients.do(plan)
    return Round(scenario, records, _calls(scenario, measured.provider), watch)


def _calls(scenario: Scenario, provider: RunningProvider) -> list[RecordedCall]:
    try:
        # The provider notes an answer's end a moment after the client has it.
        return provider.wait_for_calls(count=scenario.streams, timeout_s=_CALLS_END_S)
    except ProviderError:
        # The portal made fewer calls than it should: that shows as characters lost.
        return provider.calls()


def _end(signal_number: int, frame: FrameType | None) -> None:
    """End as Ctrl-C does, so that everything that was started is stopped."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
