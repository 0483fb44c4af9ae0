"""Reads of runs and their answers, within what the asker may see."""

import uuid

from django.db.models import Prefetch

from accounts.models import Team
from comparisons.models import Column, ColumnQuerySet, ComparisonRun, ComparisonRunQuerySet

WIDE_TEXTS = ("generation__text", "generation__reasoning", "generation__messages")


def run_with_answers(scope: ComparisonRunQuerySet, run_id: uuid.UUID) -> ComparisonRun:
    """Read a run of `scope` and its answers in two queries; they are in `current_columns`.

    Raises `ComparisonRun.DoesNotExist`, for another team's run too.
    """
    return (
        scope.select_related("created_by")
        .prefetch_related(Prefetch("columns", queryset=current_columns()))
        .get(pk=run_id)
    )


def current_columns() -> ColumnQuerySet:
    """Every place's newest answer with its model, in order."""
    return (
        Column.objects.current()
        .select_related("generation__model__provider")
        .defer("generation__messages")
        .order_by("position")
    )


def column_of(team: Team, generation_id: uuid.UUID) -> Column:
    """Read the place of a generation. Raises `Column.DoesNotExist` for another team's."""
    return Column.objects.select_related("generation__model__provider", "run").get(
        generation_id=generation_id, run__team=team
    )


def runs_with_models(scope: ComparisonRunQuerySet) -> ComparisonRunQuerySet:
    """Runs of `scope`, newest first, with what a list shows of their answers."""
    columns = (
        Column.objects.current()
        .select_related("generation__model__provider")
        .defer(*WIDE_TEXTS)
        .order_by("position")
    )
    return (
        scope.select_related("created_by")
        .defer("messages", "system")
        .prefetch_related(Prefetch("columns", queryset=columns))
    )
