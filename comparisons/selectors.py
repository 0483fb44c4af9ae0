"""Reads of runs and their answers, always for one team."""

import uuid
from dataclasses import dataclass

from django.db.models import Prefetch

from accounts.models import Team
from comparisons.models import Column, ComparisonRun, ComparisonRunQuerySet, RunStatus
from inference.models import Generation

WIDE_TEXTS = ("generation__text", "generation__reasoning", "generation__messages")


@dataclass(frozen=True, slots=True)
class RunState:
    """A run's status and the current generation of each place, in order of position."""

    run: ComparisonRun
    columns: list[Column]

    @property
    def status(self) -> RunStatus:
        return RunStatus(self.run.status)

    @property
    def generations(self) -> list[Generation]:
        return [column.generation for column in self.columns]


def run_state(team: Team, run_id: uuid.UUID) -> RunState:
    """Read a run and its answers in two queries. Raises `ComparisonRun.DoesNotExist`."""
    run = ComparisonRun.objects.for_team(team).select_related("created_by").get(pk=run_id)
    columns = (
        run.columns.current()
        .select_related("generation__model__provider")
        .defer("generation__messages")
        .order_by("position")
    )
    return RunState(run, list(columns))


def column_of(team: Team, generation_id: uuid.UUID) -> Column:
    """Read the place of a generation. Raises `Column.DoesNotExist` for another team's."""
    return Column.objects.select_related("generation__model__provider", "run").get(
        generation_id=generation_id, run__team=team
    )


def runs_with_columns(team: Team) -> ComparisonRunQuerySet:
    """The team's runs, newest first, with what a list shows of their answers."""
    columns = (
        Column.objects.current()
        .select_related("generation__model__provider")
        .defer(*WIDE_TEXTS)
        .order_by("position")
    )
    return (
        ComparisonRun.objects.for_team(team)
        .select_related("created_by")
        .defer("messages", "system")
        .prefetch_related(Prefetch("columns", queryset=columns, to_attr="current_columns"))
    )
