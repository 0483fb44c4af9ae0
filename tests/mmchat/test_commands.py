"""The commands behind `make run`, `serve`, `worker` and `beat`, as processes."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.servers import Process, free_port

pytestmark = pytest.mark.command

ROOT = Path(__file__).resolve().parents[2]
LONGEST_SECOND_START_S = 5.0


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """What a person has who has set nothing, with a port and a folder of the test's own."""
    return {
        "PATH": os.environ["PATH"],
        "ENV_FILE": os.devnull,
        "VAR_DIR": str(tmp_path / "var"),
        "LOCAL_MODELS": "off",
        "PORT": str(free_port()),
        "PYTHONUNBUFFERED": "1",
    }


@pytest.fixture
def portal(tmp_path: Path, environment: dict[str, str]) -> Iterator[Process]:
    command = [sys.executable, str(ROOT / "manage.py"), "run"]
    process = Process("run", command, tmp_path / "run.log", environment)
    yield process
    process.stop(signal.SIGINT)


def test_a_second_start_is_quick_and_changes_nothing(
    portal: Process, environment: dict[str, str]
) -> None:
    ready = f"mmchat is ready at http://127.0.0.1:{environment['PORT']} "
    portal.start()
    portal.wait_until_printed(ready)
    portal.stop(signal.SIGINT)
    first = portal.output()

    began_at = time.monotonic()
    portal.start()
    portal.wait_until_printed(ready)
    took_s = time.monotonic() - began_at
    second = portal.output()[len(first) :]

    assert "password" in first
    assert "Preparing" in first
    assert "password" not in second
    assert "Preparing" not in second
    assert took_s < LONGEST_SECOND_START_S


def test_ctrl_c_ends_it_without_a_traceback(portal: Process) -> None:
    portal.start()
    portal.wait_until_printed("mmchat is ready at")

    status = portal.stop(signal.SIGINT)

    assert status == 0
    assert "mmchat has ended." in portal.output()
    assert "Traceback" not in portal.output()


def test_a_port_in_use_is_one_line(environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", int(environment["PORT"]))):
        ended = _manage("run", environment)

    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert f"port {environment['PORT']} is in use" in ended.stderr
    assert "PORT=" in ended.stderr


@pytest.mark.parametrize("port", ["http", "70000", "-1"])
def test_a_port_that_is_none_is_one_line(environment: dict[str, str], port: str) -> None:
    ended = _manage("run", {**environment, "PORT": port})

    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert "PORT must be a number" in ended.stderr


def test_a_host_of_another_machine_is_one_line(environment: dict[str, str]) -> None:
    ended = _manage("run", {**environment, "HOST": "192.0.2.1"})

    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert "Change HOST or PORT" in ended.stderr


@pytest.mark.parametrize("command", ["serve", "worker", "beat"])
def test_a_part_of_the_scaled_set_up_refuses_without_redis(
    environment: dict[str, str], command: str
) -> None:
    ended = _manage(command, environment)

    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert "needs REDIS_URL" in ended.stderr


def _manage(command: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), command],
        check=False,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
