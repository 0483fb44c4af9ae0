"""Charts of a finished run."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comparisons.charts import AnswerMetrics, Chart, Leader, RunSummary, Win, summarise


def answer(position: int, **fields: object) -> AnswerMetrics:
    values: dict[str, object] = {
        "label": f"model {position}",
        "provider": "Groq",
        "is_complete": True,
        "status": "succeeded",
    }
    return AnswerMetrics(position=position, **(values | fields))  # type: ignore[arg-type]


def chart(summary: RunSummary, key: str) -> Chart:
    return next(chart for chart in summary.charts if chart.key == key)


def leader(summary: RunSummary, key: str) -> tuple[Leader, Win] | None:
    wins = ((leader, win) for leader in summary.leaders for win in leader.wins)
    return next(((leader, win) for leader, win in wins if win.key == key), None)


def test_the_longest_bar_fills_the_chart() -> None:
    summary = summarise([answer(0, duration_ms=1000.0), answer(1, duration_ms=4000.0)])

    assert [bar.share for bar in chart(summary, "duration_ms").bars] == [25.0, 100.0]


def test_less_time_is_better_and_more_speed_is_better() -> None:
    summary = summarise(
        [
            answer(0, ttft_ms=100.0, tokens_per_second=50.0),
            answer(1, ttft_ms=200.0, tokens_per_second=90.0),
        ]
    )

    assert [bar.is_best for bar in chart(summary, "ttft_ms").bars] == [True, False]
    assert [bar.is_best for bar in chart(summary, "tokens_per_second").bars] == [False, True]


def test_no_length_of_an_answer_is_best() -> None:
    summary = summarise([answer(0, completion_tokens=10), answer(1, completion_tokens=90)])

    assert not any(bar.is_best for bar in chart(summary, "completion_tokens").bars)


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_an_answer_that_did_not_end_well_wins_nothing(status: str) -> None:
    summary = summarise(
        [
            answer(0, duration_ms=10.0, status=status, is_complete=False),
            answer(1, duration_ms=4000.0),
            answer(2, duration_ms=5000.0),
        ]
    )

    bars = chart(summary, "duration_ms").bars
    assert [bar.value for bar in bars] == [None, 4000.0, 5000.0]
    assert [bar.is_best for bar in bars] == [False, True, False]


def test_the_leader_is_named_with_its_distance_to_the_next() -> None:
    summary = summarise(
        [answer(0, cost=Decimal("0.004")), answer(1, cost=Decimal("0.001")), answer(2, cost=None)]
    )

    found = leader(summary, "cost")
    assert found is not None
    model, win = found
    assert (model.label, win.value, win.lead_percent) == ("model 1", Decimal("0.001"), 75)


def test_one_who_leads_in_several_metrics_is_named_once() -> None:
    summary = summarise(
        [
            answer(0, ttft_ms=200.0, duration_ms=900.0, cost=Decimal(1)),
            answer(1, ttft_ms=100.0, duration_ms=500.0, cost=Decimal(2)),
        ]
    )

    assert [leader.label for leader in summary.leaders] == ["model 1", "model 0"]
    assert [win.key for win in summary.leaders[0].wins] == ["ttft_ms", "duration_ms"]


def test_equal_answers_have_no_leader() -> None:
    summary = summarise([answer(0, ttft_ms=100.0), answer(1, ttft_ms=100.0)])

    assert leader(summary, "ttft_ms") is None
    assert not any(bar.is_best for bar in chart(summary, "ttft_ms").bars)


def test_two_that_share_the_first_place_are_both_marked_and_none_leads() -> None:
    summary = summarise([answer(i, ttft_ms=ms) for i, ms in enumerate([100.0, 100.0, 300.0])])

    assert [bar.is_best for bar in chart(summary, "ttft_ms").bars] == [True, True, False]
    assert leader(summary, "ttft_ms") is None


def test_a_single_answer_is_not_called_best() -> None:
    summary = summarise([answer(0, ttft_ms=100.0, cost=Decimal(1))])

    assert summary.leaders == ()


def test_unknown_values_are_not_zero() -> None:
    summary = summarise([answer(0, cost=None), answer(1, cost=Decimal(0))])

    assert [bar.value for bar in chart(summary, "cost").bars] == [None, Decimal(0)]
    assert not any(bar.is_best for bar in chart(summary, "cost").bars)


def test_a_chart_without_any_value_is_empty() -> None:
    summary = summarise([answer(0), answer(1)])

    assert chart(summary, "cost").is_empty


def test_what_came_of_the_answers_is_counted() -> None:
    summary = summarise(
        [
            answer(0),
            answer(1, status="failed", is_complete=False),
            answer(2, status="cancelled", is_complete=False),
        ]
    )

    assert (summary.complete, summary.failed, summary.stopped) == (1, 1, 1)


numbers = st.none() | st.floats(min_value=0, max_value=1e9)


@given(st.lists(st.tuples(numbers, st.booleans()), max_size=12))
def test_shares_stay_within_the_chart(values: list[tuple[float | None, bool]]) -> None:
    answers = [
        answer(i, duration_ms=value, is_complete=complete)
        for i, (value, complete) in enumerate(values)
    ]

    bars = chart(summarise(answers), "duration_ms").bars

    assert all(0 <= bar.share <= 100 for bar in bars)
    assert sum(bar.is_best for bar in bars) < max(len(bars), 1)
