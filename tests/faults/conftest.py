"""A portal whose every part, PostgreSQL too, may be broken; each test finds it whole."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults.client import Client, signed_in
from tests.faults.models import LISTED
from tests.faults.truth import wait_until
from tests.fixtures.portals import ScaledPortal, run_scaled_portal
from tests.fixtures.servers import PostgresServer, start_postgres
from tests.provider.server import RunningProvider

SETTINGS = {"GROQ_API_KEY": "models=" + ";".join(LISTED)}


@dataclass(frozen=True, slots=True)
class Parts:
    """The portal's own processes are in `portal`."""

    portal: ScaledPortal
    postgres: PostgresServer
    client: Client

    def mend(self) -> None:
        """Start again what a test that failed may have left dead."""
        if not self.postgres.process.is_running:
            self.postgres.start()
        if not self.portal.redis.process.is_running:
            self.portal.redis.start()
        if not self.portal.worker.is_running:
            self.portal.start_worker(self.portal.worker)
        if not self.portal.web.is_running:
            self.portal.start_web()


@pytest.fixture(scope="session")
def _parts(
    provider: RunningProvider,
) -> Iterator[Parts]:
    # Not one of pytest's folders, which the unprivileged account of PostgreSQL could not reach.
    with tempfile.TemporaryDirectory(prefix="mmchat-faults-") as folder:
        postgres = start_postgres(Path(folder) / "postgres")
        try:
            with (
                run_scaled_portal(
                    Path(folder) / "portal", provider, postgres.url(), SETTINGS
                ) as portal,
                signed_in(portal) as client,
            ):
                wait_until(lambda: client.knows(LISTED), "the models listed")
                yield Parts(portal, postgres, client)
        finally:
            postgres.stop()


@pytest.fixture
def parts(_parts: Parts) -> Parts:
    _parts.mend()
    return _parts


@pytest.fixture
def portal(parts: Parts) -> ScaledPortal:
    return parts.portal


@pytest.fixture
def client(parts: Parts) -> Client:
    return parts.client
