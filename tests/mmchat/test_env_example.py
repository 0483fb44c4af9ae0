"""`.env.example` is the reference of the settings, so it must not lie."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.command

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("accounts", "catalog", "usage", "inference", "comparisons", "mmchat")
# The shell's, and the one that names the file itself.
NOT_SETTINGS = {"PATH", "ENV_FILE"}


def test_it_names_exactly_the_variables_that_are_read() -> None:
    source = "\n".join(
        path.read_text() for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))
    )
    read = set(re.findall(r'\b(?:env\.\w+|environ\.get)\(\s*"([A-Z0-9_]+)"', source))

    assert _named() == read - NOT_SETTINGS


def test_each_variable_has_one_line() -> None:
    lines = re.findall(r"^#([A-Z0-9_]+)=", _text(), re.MULTILINE)

    assert sorted(set(lines)) == sorted(lines)


def test_its_values_work_when_uncommented(tmp_path: Path) -> None:
    env_file = tmp_path / "all.env"
    env_file.write_text(re.sub(r"^#(?=[A-Z0-9_]+=)", "", _text(), flags=re.MULTILINE))
    (tmp_path / "static").mkdir()

    checked = subprocess.run(
        [sys.executable, "-W", "error", "manage.py", "check", "--fail-level", "WARNING"],
        check=False,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "ENV_FILE": str(env_file), "VAR_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
    )

    assert checked.returncode == 0, checked.stderr


def _text() -> str:
    return (ROOT / ".env.example").read_text()


def _named() -> set[str]:
    return set(re.findall(r"^#([A-Z0-9_]+)=", _text(), re.MULTILINE))
