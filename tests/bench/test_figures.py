"""Percentiles, and the verdicts on figures."""

import math

import pytest
from django.conf import settings

from bench.figures import Figures, percentile
from bench.profiling import top_functions
from bench.report import verdicts
from bench.scenarios import SCENARIOS, Measure, Scenario, SetUp
from bench.set_ups import ORDINARY_RECOVERY
from tests.fixtures.portals import FAST_RECOVERY

SCENARIO = Scenario(
    "tiny", SetUp.SCALED, runs=1, tokens=2, rounds=1, bars={Measure.WALL: 1.03, Measure.P99: 200}
)


def figures(**measures: float) -> Figures:
    return Figures(
        scenario=SCENARIO,
        measures={Measure[name]: value for name, value in measures.items()},
        cpu_us={},
        memory_mb={},
        others_cores=0,
        provider_wall=1,
        frames_per_s=25,
        tokens=8,
        late_tokens=0,
        repeated_tokens=0,
        resyncs=0,
        start_ms=1,
        queue_ms=1,
        first_token_worst_ms=1,
        delay_worst_ms=1,
        problems=[],
    )


@pytest.mark.parametrize(
    ("percent", "value"), [(0, 1), (1, 1), (50, 50), (99, 99), (99.5, 100), (100, 100)]
)
def test_a_percentile_is_a_value_that_was_measured(percent: float, value: float) -> None:
    assert percentile(range(100, 0, -1), percent) == value


def test_a_percentile_of_nothing_is_no_number() -> None:
    assert math.isnan(percentile([], 50))


def test_a_figure_at_its_bar_passes_and_one_above_misses() -> None:
    measured = figures(WALL=1.03, P99=200.1)

    assert measured.is_met(Measure.WALL)
    assert not measured.is_met(Measure.P99)
    assert not measured.all_met


def test_what_could_not_be_measured_is_a_miss() -> None:
    measured = figures(WALL=math.inf, P99=math.nan)

    table = verdicts([measured])

    assert not measured.all_met
    assert table.count("MISS") == 2
    assert "never" in table


def test_the_ideal_is_the_slowest_models_own_time() -> None:
    one_run = SCENARIOS[0]

    assert one_run.ideal_s == pytest.approx(0.4 + 499 / 50)
    assert one_run.models[-1] == "sim:style=stamp,ttft=400,tps=50,tokens=500"


def test_the_portal_is_measured_with_the_products_own_defaults() -> None:
    assert set(ORDINARY_RECOVERY) == set(FAST_RECOVERY)
    for name, value in ORDINARY_RECOVERY.items():
        assert float(value) == getattr(settings, name)


def test_stacks_are_summed_up_by_function() -> None:
    shown = top_functions(["main;read;decode 3", "main;read 1", "main;write;read;read 4"])

    own, with_callees = shown.split("With what it calls")
    assert " 62.5%  read" in own
    assert " 37.5%  decode" in own
    assert "100.0%  main" in with_callees
    assert "100.0%  read" in with_callees
