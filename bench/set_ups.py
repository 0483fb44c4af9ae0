"""Starts the portal that is measured, in front of the simulated provider."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis

from bench.clients import RunningClients, start_clients
from bench.scenarios import SetUp, all_models
from tests.fixtures.portals import Portal, run_embedded_portal, run_scaled_portal
from tests.fixtures.servers import start_postgres
from tests.provider.server import RunningProvider, start_provider

# The fixtures' portals notice faults faster than the product does by itself, at a cost per second.
ORDINARY_RECOVERY = {
    "LEASE_S": "20",
    "LEASE_RENEWAL_S": "5",
    "SWEEP_INTERVAL_S": "5",
    "REQUEUE_AFTER_S": "30",
    "DRAIN_S": "20",
}


@dataclass(frozen=True, slots=True)
class Measured:
    """A running set-up. `parts` are the ids of the portal's processes by name."""

    portal: Portal
    clients: RunningClients
    parts: Mapping[str, int]
    servers: Mapping[str, str]

    @property
    def provider(self) -> RunningProvider:
        return self.portal.provider

    @property
    def bystanders(self) -> Mapping[str, int]:
        """Processes that are no part of the portal."""
        return {"provider": self.provider.pid, "clients": self.clients.pid}


@contextmanager
def start(set_up: SetUp) -> Iterator[Measured]:
    """Start everything in a temporary folder; all of it ends with the block."""
    portals = {SetUp.SCALED: _scaled, SetUp.EMBEDDED: _embedded}
    with (
        tempfile.TemporaryDirectory(prefix="mmchat-bench-") as folder,
        start_provider() as provider,
        portals[set_up](Path(folder), provider) as (portal, parts, servers),
    ):
        portal.manage("refresh_models")
        with start_clients(portal) as clients:
            yield Measured(portal, clients, parts, servers)


_Started = tuple[Portal, Mapping[str, int], Mapping[str, str]]


@contextmanager
def _scaled(folder: Path, provider: RunningProvider) -> Iterator[_Started]:
    postgres = start_postgres(folder / "postgres")
    try:
        with run_scaled_portal(folder / "portal", provider, postgres.url(), _settings()) as portal:
            parts = {
                "web": portal.web.pid,
                "worker": portal.worker.pid,
                "beat": portal.beat.pid,
                "Redis": portal.redis.process.pid,
                "PostgreSQL": postgres.process.pid,
            }
            yield portal, parts, _versions(postgres.url(), portal.redis.url)
    finally:
        postgres.stop()


@contextmanager
def _embedded(folder: Path, provider: RunningProvider) -> Iterator[_Started]:
    with run_embedded_portal(folder / "portal", provider, _settings()) as portal:
        yield portal, {"web": portal.web.pid}, {}


def _settings() -> dict[str, str]:
    # The simulated provider lists the models that its key names.
    return {**ORDINARY_RECOVERY, "GROQ_API_KEY": f"models={';'.join(all_models())}"}


def _versions(postgres_url: str, redis_url: str) -> dict[str, str]:
    with psycopg.connect(postgres_url) as connection:
        row = connection.execute("SHOW server_version").fetchone()
    with redis.Redis.from_url(redis_url) as client:
        redis_version = str(client.info("server")["redis_version"])
    return {"PostgreSQL": str(row[0]) if row else "unknown", "Redis": redis_version}
