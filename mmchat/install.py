"""Makes `.venv` and installs the pinned packages; does nothing when that is done already.

`python3 mmchat/install.py [requirements file …]`

It runs on a bare Python, before anything is installed, and down to Python 3.6 (hence the quoted
annotations), so that one too old for the rest is named instead of failing on syntax. A failure is
one line; pip's own words go to a log file.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST_PYTHON = (3, 11)
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOG = ROOT / "var" / "install.log"


class InstallFailed(Exception):
    """Why nothing could be installed, in a sentence that says how to mend it."""


def main(requirements: "list[str]") -> None:
    try:
        continue_with_new_enough_python()
        for name in requirements or ["requirements.txt"]:
            install(ROOT / name)
    except InstallFailed as failure:
        sys.exit(f"mmchat: {failure}")
    except KeyboardInterrupt:
        sys.exit("mmchat: stopped; the next start goes on with the installation.")


def continue_with_new_enough_python() -> None:
    """Start again with a newer Python of this machine where the running one is too old."""
    if sys.version_info >= OLDEST_PYTHON:
        return
    newer = newest_python(os.environ.get("PATH", ""))
    if newer is None:
        raise InstallFailed(
            "Python {}.{} or newer is needed, this is {}.{} ({}).".format(
                *OLDEST_PYTHON, *sys.version_info[:2], sys.executable
            )
        )
    os.execv(newer, [newer, *sys.argv])  # noqa: S606


def newest_python(path: str) -> "str | None":
    """Return the newest `python3.x` in the folders of `path` that is new enough."""
    folders = [Path(folder) for folder in path.split(os.pathsep) if folder]
    names = [program.name for folder in folders if folder.is_dir() for program in folder.iterdir()]
    matches = [re.fullmatch(r"python3\.(\d+)", name) for name in names]
    versions = {int(match.group(1)) for match in matches if match}
    for minor in sorted(versions, reverse=True):
        found = shutil.which(f"python3.{minor}", path=path)
        if found and (3, minor) >= OLDEST_PYTHON and runs(found, "pass"):
            return found
    return None


def install(requirements: Path) -> None:
    """Install the pinned packages of `requirements` unless exactly these were installed before."""
    stamp = VENV / f"installed-{requirements.stem}"
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    if (VENV / "bin" / "python").exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    LOG.parent.mkdir(exist_ok=True)
    LOG.write_text("")
    make_venv()
    print(f"Installing the packages of {requirements.name} into .venv …", flush=True)
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--no-input"]
    run(
        [*pip, "install", "--require-hashes", "-r", str(requirements)],
        f"the packages of {requirements.name} could not be installed",
    )
    stamp.write_text(wanted)


def make_venv() -> None:
    """Make `.venv`, or make it again where its Python is gone, too old or without pip."""
    python = VENV / "bin" / "python"
    if python.exists() and works(python):
        return
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        package = "python{}.{}-venv".format(*sys.version_info[:2])
        raise InstallFailed(
            f"this Python ({sys.executable}) has no venv module; "
            f"on Debian and Ubuntu `apt-get install {package}` brings it."
        ) from None
    run([sys.executable, "-m", "venv", "--clear", str(VENV)], ".venv could not be made")


def works(python: Path) -> bool:
    return runs(str(python), f"import sys, pip; sys.exit(sys.version_info < {OLDEST_PYTHON})")


def runs(python: str, code: str) -> bool:
    """Tell whether that Python really runs (a shim may have nothing behind it) and exits 0."""
    command = [python, "-c", code]
    return subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode == 0


def run(command: "list[str]", failure: str) -> None:
    with LOG.open("a") as log:
        ended = subprocess.run(command, check=False, stdout=log, stderr=subprocess.STDOUT)
    if ended.returncode != 0:
        raise InstallFailed(f"{failure}: {last_error()} The log: {LOG}")


def last_error() -> str:
    """Return the last line of the log that tells a cause."""
    lines = [line.strip() for line in LOG.read_text(errors="replace").splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith("error")]
    return f"{(errors or lines or ['no output.'])[-1]:.300}"


if __name__ == "__main__":
    main(sys.argv[1:])
