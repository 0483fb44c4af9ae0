"""A worker that is asked to end, as every restart and every new version does."""

import signal

import pytest

from tests.faults.client import Client
from tests.faults.models import LONG, SHORT
from tests.faults.pages import page_of
from tests.faults.truth import (
    billed,
    check_answers,
    check_ledger,
    check_reader,
    kept,
    wait_until_kept,
)
from tests.fixtures.portals import FAST_RECOVERY, ScaledPortal

pytestmark = [pytest.mark.worker, pytest.mark.slow]

# For handing back, for Celery's own end, and for a busy machine.
EXIT_S = float(FAST_RECOVERY["DRAIN_S"]) + 6


def test_a_stopped_worker_ends_short_answers_and_hands_back_long_ones(
    portal: ScaledPortal, client: Client
) -> None:
    short, long = client.start_run([SHORT]), client.start_run(LONG)

    with page_of(client, long) as page:
        with page_of(client, short) as short_page:
            page.wait_for_text(10)
            short_page.wait_for_text(10)
            portal.worker.send(signal.SIGTERM)
            portal.worker.wait_until_printed("Warm shutdown")
            late = client.start_run([SHORT])
            exit_code = portal.worker.wait(EXIT_S)
            left = [answer.status for answer in kept(portal, long) + kept(portal, late)]
            untouched = kept(portal, late)[0].attempt
            short_page.wait_until_finished()
        portal.start_worker(portal.worker)
        page.wait_until_finished()
    wait_until_kept(portal, [late], {"succeeded"})

    assert exit_code == 0
    assert left == ["queued"] * (len(LONG) + 1)
    assert untouched == 0
    assert [entry.status for entry in billed(portal, short)] == ["finished"]
    assert [entry.status for entry in billed(portal, long)] == ["handed_back", "finished"] * len(
        LONG
    )
    check_reader(portal, short, short_page.reader)
    check_reader(portal, long, page.reader)
    for run, answer_count in ((short, 1), (long, len(LONG)), (late, 1)):
        check_answers(portal, run, answer_count)
        check_ledger(portal, run)
