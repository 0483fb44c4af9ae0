"""A broker delivers at least once, so a message may come again, early or late."""

import pytest
import redis

from tests.faults.client import Client, Run
from tests.faults.models import FOUR
from tests.faults.truth import (
    calls,
    check_answers,
    check_ledger,
    kept,
    wait_until,
    wait_until_kept,
)
from tests.fixtures.portals import ScaledPortal

pytestmark = [pytest.mark.worker, pytest.mark.slow]

QUEUE = "celery"


def test_messages_delivered_twice_or_ten_times_make_one_call_each(
    portal: ScaledPortal, client: Client
) -> None:
    portal.worker.stop()
    with redis.Redis.from_url(portal.redis.url) as broker:
        twice = _start_with_copies(client, broker, 1)
        ten_times = _start_with_copies(client, broker, 9)
        again = broker.lrange(QUEUE, 0, -1)

        portal.start_worker(portal.worker)
        wait_until_kept(portal, [twice, ten_times], {"succeeded"})
        # Once more, when the answers are there.
        broker.lpush(QUEUE, *again)
        wait_until(lambda: not broker.llen(QUEUE), "the queue empty")

    for run in (twice, ten_times):
        check_answers(portal, run, len(FOUR))
        check_ledger(portal, run)
        assert [answer.attempt for answer in kept(portal, run)] == [1] * len(FOUR)
        assert len(calls(portal, run)) == len(FOUR)


def _start_with_copies(client: Client, broker: "redis.Redis", copies: int) -> Run:
    """Start a run whose messages wait in the queue `copies` more times."""
    before = set(broker.lrange(QUEUE, 0, -1))
    run = client.start_run(FOUR)
    added = [each for each in broker.lrange(QUEUE, 0, -1) if each not in before]
    for _ in range(copies):
        broker.lpush(QUEUE, *added)
    return run
