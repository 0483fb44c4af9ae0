"""Reads that aggregate the ledger."""

import logging
from collections import defaultdict
from datetime import timedelta
from statistics import median
from uuid import UUID

from django.core.cache import cache
from django.db import connection
from django.db.models import Aggregate, Count, FloatField, QuerySet
from django.utils import timezone
from redis.exceptions import RedisError

from catalog.measured import DAYS, MeasuredSpeed
from usage.models import LedgerEntry

logger = logging.getLogger(__name__)

CACHE_KEY = "measured-speeds"
CACHE_S = 60
# Where the database has no median: enough rows for one, few enough to read.
MOST_ROWS = 20_000


class Median(Aggregate):
    """PostgreSQL's continuous median; rows without a value are left out."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


def measured_speeds() -> dict[UUID, MeasuredSpeed]:
    """Return the median speeds of every model's answers of the last days; known for a minute."""
    try:
        speeds: dict[UUID, MeasuredSpeed] | None = cache.get(CACHE_KEY)
        if speeds is None:
            speeds = _read_speeds()
            cache.set(CACHE_KEY, speeds, CACHE_S)
    except (RedisError, OSError) as error:
        logger.warning("The cache is away (%s); speeds are read anew.", error)
        return _read_speeds()
    return speeds


def _read_speeds() -> dict[UUID, MeasuredSpeed]:
    since = timezone.now() - timedelta(days=DAYS)
    answers = LedgerEntry.objects.filter(created_at__gte=since, status="finished")
    if connection.vendor == "postgresql":
        return _medians_by_database(answers)
    return _medians_here(answers)


def _medians_by_database(answers: QuerySet[LedgerEntry]) -> dict[UUID, MeasuredSpeed]:
    rows = (
        answers.order_by()
        .values("model_id")
        .annotate(calls=Count("id"), ttft=Median("ttft_ms"), speed=Median("tokens_per_second"))
    )
    return {row["model_id"]: MeasuredSpeed(row["calls"], row["ttft"], row["speed"]) for row in rows}


def _medians_here(answers: QuerySet[LedgerEntry]) -> dict[UUID, MeasuredSpeed]:
    by_model: dict[UUID, list[tuple[float | None, float | None]]] = defaultdict(list)
    rows = answers.order_by("-created_at").values_list("model_id", "ttft_ms", "tokens_per_second")
    for model_id, ttft_ms, tokens_per_second in rows[:MOST_ROWS]:
        by_model[model_id].append((ttft_ms, tokens_per_second))
    return {
        model_id: MeasuredSpeed(
            len(figures),
            _median([ttft_ms for ttft_ms, _ in figures]),
            _median([tokens_per_second for _, tokens_per_second in figures]),
        )
        for model_id, figures in by_model.items()
    }


def _median(figures: list[float | None]) -> float | None:
    known = [figure for figure in figures if figure is not None]
    return median(known) if known else None
