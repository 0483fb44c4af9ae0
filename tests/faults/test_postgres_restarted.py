"""PostgreSQL goes and comes back while answers stream."""

from contextlib import ExitStack

import pytest

from tests.faults.conftest import Parts
from tests.faults.models import FOUR
from tests.faults.pages import page_of
from tests.faults.truth import calls, check_answers, check_ledger, check_reader, wait_until

pytestmark = [pytest.mark.worker, pytest.mark.slow]


def test_a_restarted_postgres_costs_no_answer_and_bills_none_twice(parts: Parts) -> None:
    portal, client = parts.portal, parts.client
    runs = [client.start_run(FOUR) for _ in range(3)]

    with ExitStack() as stack:
        pages = [stack.enter_context(page_of(client, run)) for run in runs]
        for page in pages:
            page.wait_for_text(20)
        parts.postgres.stop()
        parts.postgres.start()
        for page in pages:
            page.wait_until_finished()

    for run, page in zip(runs, pages, strict=True):
        check_answers(portal, run, len(FOUR))
        check_ledger(portal, run)
        check_reader(portal, run, page.reader)
        assert len(calls(portal, run)) == len(FOUR)


def test_an_answer_that_ends_while_postgres_is_away_is_written_and_shown_when_it_is_back(
    parts: Parts,
) -> None:
    portal, client = parts.portal, parts.client
    run = client.start_run([FOUR[0]])

    with page_of(client, run) as page:
        page.wait_for_text(250)
        parts.postgres.stop()
        wait_until(
            lambda: [call.outcome for call in calls(portal, run)] == ["finished"],
            "the provider's answer whole",
        )
        page.ask_again()
        parts.postgres.start()
        page.wait_until_finished()

    check_answers(portal, run, 1)
    check_ledger(portal, run)
    check_reader(portal, run, page.reader)
