"""Which model files of a folder may be used.

A file that bears the name of a published model must be that model: its SHA-256 is compared once and
the result kept in a small stamp beside it. Any other `*.gguf` is the operator's own, used on trust.
"""

import functools
import hashlib
import logging
import os
from dataclasses import dataclass
from pathlib import Path

import msgspec

from inference.local_models.manifest import (
    PUBLISHED_MODELS,
    ChatDefaults,
    PublishedModel,
)

logger = logging.getLogger(__name__)

# Context is memory and reading time: two cores read 75 to 400 prompt tokens a second.
CONTEXT_TOKENS = 2048
MAX_COMPLETION_TOKENS = 1024
_HASH_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A model file ready to load. `id` is what a request names; tokens are the model's own."""

    id: str
    display_name: str
    owner: str
    strengths: str
    path: Path
    chat_defaults: ChatDefaults
    read_batch_tokens: int
    context_tokens: int = CONTEXT_TOKENS
    max_completion_tokens: int = MAX_COMPLETION_TOKENS


class Stamp(msgspec.Struct, frozen=True):
    """What a verified file looked like. A file that differs in any of it is hashed again."""

    size_bytes: int
    modified_ns: int
    sha256: str


def installed(
    folder: Path, published: tuple[PublishedModel, ...] = PUBLISHED_MODELS
) -> list[LocalModel]:
    """The usable models of `folder`: published ones in manifest order, then the operator's by name.

    Cheap after the first call: only a file without a valid stamp is hashed. A folder that is not
    there holds no model.
    """
    if not folder.is_dir():
        return []
    found = [
        _as_local(model, folder / model.file_name)
        for model in published
        if is_verified(model, folder / model.file_name)
    ]
    published_names = {model.file_name for model in published}
    published_ids = {model.id for model in published}
    own = sorted(path for path in folder.glob("*.gguf") if path.name not in published_names)
    return found + [
        _own_model(path, path.name if path.stem in published_ids else path.stem) for path in own
    ]


def is_verified(model: PublishedModel, path: Path) -> bool:
    """Whether `path` is exactly the published file. Writes the stamp when it had to hash."""
    try:
        now = path.stat()
    except FileNotFoundError:
        return False
    if _read_stamp(path) == Stamp(now.st_size, now.st_mtime_ns, model.sha256):
        return True
    if now.st_size != model.size_bytes or _sha256(path, now.st_mtime_ns) != model.sha256:
        logger.warning(
            "%s is not the published %s and is not used. Delete it and run `manage.py"
            " fetch_models`, or rename it to use it as a model of your own.",
            path,
            model.display_name,
        )
        return False
    write_stamp(path, model.sha256)
    return True


def write_stamp(path: Path, sha256: str) -> None:
    """Remember that `path` was verified. In a read-only folder it is hashed again instead."""
    now = path.stat()
    stamp = Stamp(now.st_size, now.st_mtime_ns, sha256)
    new = _stamp_path(path).with_suffix(f".{os.getpid()}")
    try:
        new.write_bytes(msgspec.json.encode(stamp))
        new.replace(_stamp_path(path))
    except OSError as error:
        logger.info("No stamp written beside %s: %s", path, error)


def _stamp_path(path: Path) -> Path:
    return path.with_name(path.name + ".verified")


def _read_stamp(path: Path) -> Stamp | None:
    try:
        return msgspec.json.decode(_stamp_path(path).read_bytes(), type=Stamp)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


@functools.lru_cache(maxsize=32)
def _sha256(path: Path, modified_ns: int) -> str:
    """The file's hash; `modified_ns` makes a changed file a new question."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_HASH_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def _as_local(model: PublishedModel, path: Path) -> LocalModel:
    return LocalModel(
        id=model.id,
        display_name=model.display_name,
        owner=model.owner,
        strengths=model.strengths,
        path=path,
        chat_defaults=model.chat_defaults,
        read_batch_tokens=_read_batch_tokens(path),
    )


def _own_model(path: Path, model_id: str) -> LocalModel:
    return LocalModel(
        id=model_id,
        display_name=path.stem,
        owner="this machine",
        strengths=f"A model file of your own, in {path.name}.",
        path=path,
        chat_defaults=ChatDefaults(),
        read_batch_tokens=_read_batch_tokens(path),
    )


def _read_batch_tokens(path: Path) -> int:
    """Prompt tokens read between two looks at whether the answer was cancelled, a power of two.

    Fewer for a larger file, so that a batch takes about 0.2 s on two cores up to 1.1 GB; below 8
    reading becomes needlessly slow.
    """
    tokens = max(8, min(64, 16_000_000_000 // max(1, path.stat().st_size)))
    return 1 << (tokens.bit_length() - 1)
