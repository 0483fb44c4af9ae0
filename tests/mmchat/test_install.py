"""The installer, run as `make run` runs it: by a bare Python, in a folder of its own."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mmchat import install

pytestmark = pytest.mark.command

SCRIPT = Path(install.__file__)
UNKNOWN_HASH = "0" * 64


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with the installer and requirements that ask for nothing."""
    (tmp_path / "mmchat").mkdir()
    shutil.copy(SCRIPT, tmp_path / "mmchat")
    (tmp_path / "requirements.txt").write_text("# nothing\n")
    return tmp_path


def test_a_bare_folder_gets_its_environment_once(checkout: Path) -> None:
    first = _install(checkout)
    second = _install(checkout)

    assert first.returncode == 0, first.stderr
    assert (checkout / ".venv" / "bin" / "python").exists()
    assert "Installing" in first.stdout
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")


def test_changed_requirements_that_cannot_be_had_give_one_line_and_a_log(checkout: Path) -> None:
    _install(checkout)
    (checkout / "requirements.txt").write_text(f"six==1.17.0 --hash=sha256:{UNKNOWN_HASH}\n")

    ended = _install(checkout, PIP_NO_INDEX="1")

    log = checkout / "var" / "install.log"
    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert "requirements.txt could not be installed: ERROR: No matching" in ended.stderr
    assert str(log) in ended.stderr
    assert "six" in log.read_text()


def test_a_failed_installation_is_tried_again(checkout: Path) -> None:
    good = (checkout / "requirements.txt").read_text()
    (checkout / "requirements.txt").write_text(f"six==1.17.0 --hash=sha256:{UNKNOWN_HASH}\n")
    failed = _install(checkout, PIP_NO_INDEX="1")
    (checkout / "requirements.txt").write_text(good)

    assert failed.returncode == 1
    assert _install(checkout).returncode == 0


def test_a_python_without_venv_is_told_how_to_get_it(checkout: Path) -> None:
    (checkout / "hidden").mkdir()
    (checkout / "hidden" / "ensurepip.py").write_text("raise ImportError")

    ended = _install(checkout, PYTHONPATH=str(checkout / "hidden"))

    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert "apt-get install python3." in ended.stderr


def test_a_python_that_is_too_old_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 8, 1))
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(SystemExit, match=r"Python 3\.11 or newer is needed, this is 3\.8"):
        install.main([])


def test_the_newest_python_that_really_runs_is_taken(tmp_path: Path) -> None:
    _program(tmp_path / "python3.9", "exit 0")
    _program(tmp_path / "python3.12", "exit 0")
    _program(tmp_path / "python3.13", "exit 127")
    _program(tmp_path / "python3.12-config", "exit 0")

    assert install.newest_python(str(tmp_path)) == str(tmp_path / "python3.12")


def test_an_old_python_can_read_it() -> None:
    ast.parse(SCRIPT.read_text(), feature_version=(3, 6))


def _install(checkout: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "mmchat/install.py"],
        check=False,
        cwd=checkout,
        env={"PATH": os.environ["PATH"], "HOME": str(checkout), **environment},
        capture_output=True,
        text=True,
    )


def _program(path: Path, body: str) -> None:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
