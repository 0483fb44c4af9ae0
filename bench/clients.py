"""Starts the clients' process and hands it plans."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO

import msgspec

from bench.messages import Plan, RunRecord
from tests.fixtures.portals import ROOT, Portal

_STOP_S = 5.0


class ClientsFailed(Exception):
    """The clients' process ended before its time; it has said why on stderr."""


class RunningClients:
    """A process that starts runs and follows them; see `bench.following`."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.pid = process.pid
        self._process = process

    def do(self, plan: Plan) -> Sequence[RunRecord]:
        """Carry the plan out; return one record per prompt. Raises `ClientsFailed`."""
        stdin = _pipe(self._process.stdin)
        stdin.write(msgspec.json.encode(plan) + b"\n")
        stdin.flush()
        return msgspec.json.decode(self.read_line(), type=list[RunRecord])

    def read_line(self) -> bytes:
        """Wait for the next line that the clients say. Raises `ClientsFailed`."""
        line = _pipe(self._process.stdout).readline()
        if not line:
            raise ClientsFailed(f"the clients ended with {self._process.wait(_STOP_S)}")
        return line


@contextmanager
def start_clients(portal: Portal) -> Iterator[RunningClients]:
    """Sign in at the portal; the process ends with the block, or with this process."""
    whose = [portal.url, portal.email, portal.password, portal.token]
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.following", *whose],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with process:
        try:
            clients = RunningClients(process)
            clients.read_line()
            yield clients
        finally:
            process.terminate()


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise ClientsFailed("the clients were started without pipes")
    return pipe
