"""Bring a model file from its publisher's release, going on where an earlier attempt stopped."""

import http.client
import re
import urllib.error
import urllib.request
from collections.abc import Callable

from inference.local_models.part_file import PartFile, SourceFailed

# One timeout for connecting and for each read: a machine without network must not wait long.
TIMEOUT_S = 8.0
_BLOCK_BYTES = 1 << 18


def download(url: str, part: PartFile, size_bytes: int, advance: Callable[[int], None]) -> None:
    """Append to `part` until it has `size_bytes`, reconnecting as long as each attempt gains bytes.

    Raises `SourceFailed`; what was brought stays in `part`.
    """
    while part.size_bytes < size_bytes:
        before = part.size_bytes
        try:
            _append_one_response(url, part, advance)
        except (OSError, http.client.HTTPException) as error:
            if part.size_bytes <= before:
                raise SourceFailed(_reason(error)) from error
        if part.size_bytes <= before:
            raise SourceFailed("the server ended early")


def _append_one_response(url: str, part: PartFile, advance: Callable[[int], None]) -> None:
    request = urllib.request.Request(url, headers={"User-Agent": "mmchat"})  # noqa: S310 (manifest)
    if part.size_bytes:
        request.add_header("Range", f"bytes={part.size_bytes}-")
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:  # noqa: S310 (manifest)
        if not _goes_on_at(part.size_bytes, response):
            part.restart()
        while block := response.read(_BLOCK_BYTES):
            part.write(block)
            advance(part.size_bytes)


def _goes_on_at(offset: int, response: http.client.HTTPResponse) -> bool:
    """Whether the body starts at `offset`; a server that ignores `Range` sends the whole file."""
    content_range = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    start = int(content_range[1]) if response.status == 206 and content_range else 0
    if start not in {0, offset}:
        raise SourceFailed("the server answered with another part of the file than asked for")
    return start == offset


def _reason(error: Exception) -> str:
    if isinstance(error, urllib.error.HTTPError):
        return f"the server answered {error.code} {error.reason}"
    if isinstance(error, urllib.error.URLError):
        return f"no connection ({error.reason})"
    return f"the connection broke ({error})"
