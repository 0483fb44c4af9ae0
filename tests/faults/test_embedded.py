"""The portal in one process, as `make run` starts it."""

import signal
from collections.abc import Iterator

import pytest

from tests.faults.client import Client, signed_in
from tests.faults.conftest import SETTINGS
from tests.faults.models import FOUR, LISTED, LONG
from tests.faults.pages import page_of
from tests.faults.truth import billed, check_answers, check_ledger, check_reader, wait_until
from tests.fixtures.portals import Portal, run_embedded_portal
from tests.provider.server import RunningProvider

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def _embedded(
    tmp_path_factory: pytest.TempPathFactory, provider: RunningProvider
) -> Iterator[tuple[Portal, Client]]:
    folder = tmp_path_factory.mktemp("embedded")
    # The sweep shall not be what finds the answers that a restart left waiting.
    settings = {**SETTINGS, "REQUEUE_AFTER_S": "600"}
    with run_embedded_portal(folder, provider, settings) as portal, signed_in(portal) as client:
        wait_until(lambda: client.knows(LISTED), "the models listed")
        yield portal, client


@pytest.fixture
def portal(_embedded: tuple[Portal, Client]) -> Portal:
    portal, _ = _embedded
    if not portal.web.is_running:
        portal.start_web()
    return portal


@pytest.fixture
def client(portal: Portal, _embedded: tuple[Portal, Client]) -> Client:
    return _embedded[1]


def test_a_run_is_followed_to_its_end(portal: Portal, client: Client) -> None:
    runs = [client.start_run(FOUR) for _ in range(3)]

    pages = []
    for run in runs:
        with page_of(client, run) as page:
            page.wait_until_finished()
        pages.append(page)

    for run, page in zip(runs, pages, strict=True):
        check_answers(portal, run, len(FOUR))
        check_ledger(portal, run)
        check_reader(portal, run, page.reader)


def test_an_interrupted_run_is_finished_after_the_next_start(
    portal: Portal, client: Client
) -> None:
    run = client.start_run(LONG)

    with page_of(client, run) as page:
        page.wait_for_text(10)
        portal.web.send(signal.SIGINT)
        exit_code = portal.web.wait()
    portal.start_web()
    with page_of(client, run) as page:
        page.wait_until_finished()

    assert exit_code == 0
    assert [entry.status for entry in billed(portal, run)] == ["handed_back", "finished"] * len(
        LONG
    )
    check_answers(portal, run, len(LONG))
    check_ledger(portal, run)
    check_reader(portal, run, page.reader)
