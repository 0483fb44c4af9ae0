"""A provider that refuses everybody for a while."""

import pytest

from tests.faults.client import Client
from tests.faults.models import LIMITED
from tests.faults.truth import billed, calls, check_answers, check_ledger, wait_until_kept
from tests.fixtures.portals import ScaledPortal

pytestmark = pytest.mark.worker

RETRY_AFTER_S = 1.0


def test_answers_refused_together_wait_as_long_as_told_and_end_well(
    portal: ScaledPortal, client: Client
) -> None:
    portal.provider.reset()
    run = client.start_run(LIMITED)

    wait_until_kept(portal, [run], {"succeeded", "failed"})

    check_answers(portal, run, len(LIMITED))
    check_ledger(portal, run)
    assert [entry.status for entry in billed(portal, run)] == ["failed", "finished"] * len(LIMITED)
    for model in LIMITED:
        refused, answered = [call for call in calls(portal, run) if call.model == model]
        assert refused.status == 429
        assert answered.started - refused.started >= RETRY_AFTER_S
