"""A file in the making: it grows beside its final name and is hashed as it grows."""

import hashlib
import os
from pathlib import Path

from inference.local_models.installed import write_stamp
from inference.local_models.manifest import PublishedModel

_BLOCK_BYTES = 1 << 20


class SourceFailed(Exception):
    """This source did not bring the file; the next one may. The text says why, for a person."""


class PartFile:
    """The bytes of `model` brought so far. Kept when a source fails, so that the next can go on."""

    def __init__(self, model: PublishedModel, folder: Path) -> None:
        self._model = model
        self._final_path = folder / model.file_name
        self.path = folder / f"{model.file_name}.part"
        self._digest = hashlib.sha256()
        self.size_bytes = 0
        self._file = self.path.open("a+b")
        self._read_what_is_there()

    def write(self, block: bytes) -> None:
        """Append `block`. Raises `SourceFailed` when the source has more than was published."""
        if self.size_bytes + len(block) > self._model.size_bytes:
            self.restart()
            raise SourceFailed(f"it is larger than the {self._model.size_bytes:,} bytes published")
        self._file.write(block)
        self._digest.update(block)
        self.size_bytes += len(block)

    def restart(self) -> None:
        self._file.truncate(0)
        self._digest = hashlib.sha256()
        self.size_bytes = 0

    def accept(self) -> Path:
        """Give the file its final name. Raises `SourceFailed` unless it is the published one."""
        if self._digest.hexdigest() != self._model.sha256:
            self.restart()
            raise SourceFailed("its SHA-256 is not the published one; the file was refused")
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self.path.replace(self._final_path)
        write_stamp(self._final_path, self._model.sha256)
        return self._final_path

    def close(self) -> None:
        """Keep what there is for another time; an empty part leaves nothing behind."""
        self._file.close()
        if self.size_bytes == 0:
            self.path.unlink(missing_ok=True)

    def _read_what_is_there(self) -> None:
        self._file.seek(0)
        while block := self._file.read(_BLOCK_BYTES):
            self._digest.update(block)
            self.size_bytes += len(block)
        if self.size_bytes > self._model.size_bytes:
            self.restart()
