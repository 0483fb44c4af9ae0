"""Redis holds nothing that is missed."""

from contextlib import ExitStack

import pytest

from tests.faults.client import Client
from tests.faults.conftest import Parts
from tests.faults.models import FOUR, SHORT
from tests.faults.pages import page_of
from tests.faults.truth import (
    calls,
    check_answers,
    check_ledger,
    check_reader,
    wait_until_kept,
)
from tests.fixtures.portals import ScaledPortal

pytestmark = [pytest.mark.worker, pytest.mark.slow]


def test_an_emptied_redis_loses_no_text(portal: ScaledPortal, client: Client) -> None:
    runs = [client.start_run(FOUR) for _ in range(3)]

    with ExitStack() as stack:
        pages = [stack.enter_context(page_of(client, run)) for run in runs]
        for page in pages:
            page.wait_for_text(20)
        portal.redis.flush()
        # Each answer has said something since.
        for page in pages:
            page.wait_for_text(60)
        seen = [page.lengths() for page in pages]
        opened_later = [stack.enter_context(page_of(client, run)) for run in runs]
        for page in (*pages, *opened_later):
            page.wait_until_finished()

    for run, page, later, known in zip(runs, pages, opened_later, seen, strict=True):
        check_answers(portal, run, len(FOUR))
        check_ledger(portal, run)
        check_reader(portal, run, page.reader)
        check_reader(portal, run, later.reader)
        assert len(calls(portal, run)) == len(FOUR)
        for state in later.first_snapshot["generations"]:
            assert len(state["text"]) >= known[state["id"]]["answer"]
            assert len(state["reasoning"]) >= known[state["id"]]["reasoning"]


def test_answers_outlive_a_redis_that_comes_back_empty(parts: Parts) -> None:
    portal, client = parts.portal, parts.client
    run = client.start_run(FOUR)

    with page_of(client, run) as page:
        page.wait_for_text(20)
        portal.redis.process.kill()
        started_without_redis = client.start_run([SHORT])
        wait_until_kept(portal, [run], {"succeeded"})
        portal.redis.start()
        page.wait_until_finished()
    wait_until_kept(portal, [started_without_redis], {"succeeded"})

    check_reader(portal, run, page.reader)
    for asked, answer_count in ((run, len(FOUR)), (started_without_redis, 1)):
        check_answers(portal, asked, answer_count)
        check_ledger(portal, asked)
        assert len(calls(portal, asked)) == answer_count
