"""The web process is gone from one moment to the next; nothing of a run lives in it."""

import httpx
import pytest

from tests.faults.client import Client
from tests.faults.events import EventReader
from tests.faults.models import FOUR
from tests.faults.truth import calls, check_answers, check_ledger, check_reader
from tests.fixtures.portals import ScaledPortal

pytestmark = [pytest.mark.worker, pytest.mark.slow]


def test_a_client_that_comes_back_to_a_killed_web_process_misses_and_repeats_nothing(
    portal: ScaledPortal, client: Client
) -> None:
    run = client.start_run(FOUR)
    follower = EventReader(client, run)

    with pytest.raises(httpx.TransportError):
        follower.follow(portal.web.kill, characters=20)
    known_at_the_fault = len(follower.kinds)
    portal.start_web()
    follower.follow()

    check_answers(portal, run, len(FOUR))
    check_ledger(portal, run)
    check_reader(portal, run, follower.reader)
    assert len(calls(portal, run)) == len(FOUR)
    assert follower.reader.is_finished
    assert follower.gaps == 0
    assert follower.reader.repeated_characters == 0
    assert "snapshot" not in follower.kinds[known_at_the_fault:]
