"""A worker that is gone from one moment to the next."""

from contextlib import ExitStack

import pytest

from tests.faults.client import Client
from tests.faults.models import FOUR
from tests.faults.pages import page_of
from tests.faults.truth import billed, check_answers, check_ledger, check_reader
from tests.fixtures.portals import ScaledPortal

pytestmark = [pytest.mark.worker, pytest.mark.slow]


def test_a_killed_workers_answers_are_finished_by_the_next(
    portal: ScaledPortal, client: Client
) -> None:
    runs = [client.start_run(FOUR) for _ in range(3)]

    with ExitStack() as stack:
        pages = [stack.enter_context(page_of(client, run)) for run in runs]
        for page in pages:
            page.wait_for_text(20)
        portal.worker.kill()
        portal.start_worker(portal.worker)
        for page in pages:
            page.wait_until_finished()

    for run, page in zip(runs, pages, strict=True):
        check_answers(portal, run, len(FOUR))
        check_ledger(portal, run)
        check_reader(portal, run, page.reader)
        first, second = billed(portal, run)[:2]
        assert (first.status, first.error_kind) == ("failed", "worker_lost")
        assert second.status == "finished"
