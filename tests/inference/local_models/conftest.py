"""A made-up published model, a real HTTP server for its release and real wheels for its mirror."""

import hashlib
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from inference.local_models.manifest import (
    PublishedModel,
    Source,
    Wheel,
    WheelMirror,
)

CONTENT = b"GGUF" + bytes(range(256)) * 4096


@dataclass
class ReleaseServer:
    """What the publisher's server does next; `ranges` is what it was asked for."""

    content: bytes = CONTENT
    status: int = 200
    honours_range: bool = True
    cut_after: list[int] = field(default_factory=list)
    ranges: list[str | None] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def release() -> Iterator[ReleaseServer]:
    behaviour = ReleaseServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            behaviour.ranges.append(wanted)
            if behaviour.status != 200:
                self.send_error(behaviour.status)
                return
            start = 0
            if wanted and behaviour.honours_range:
                start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            self._send(start, behaviour.content[start:])

        def _send(self, start: int, body: bytes) -> None:
            total = len(behaviour.content)
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(body)))
            if start:
                self.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
            self.end_headers()
            self.wfile.write(body[: behaviour.cut_after.pop(0)] if behaviour.cut_after else body)

        def log_message(self, *args: object) -> None:
            """Quiet: the tests read `ranges`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    behaviour.url = f"http://127.0.0.1:{server.server_port}/model.gguf"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield behaviour
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def publish() -> Callable[..., PublishedModel]:
    """Make a manifest entry of these sources for `CONTENT`."""

    def make(*sources: Source, model_id: str = "tiny") -> PublishedModel:
        return PublishedModel(
            id=model_id,
            display_name=model_id.title(),
            owner="somebody",
            strengths="Small.",
            licence="Apache-2.0",
            file_name=f"{model_id}.gguf",
            size_bytes=len(CONTENT),
            sha256=hashlib.sha256(CONTENT).hexdigest(),
            sources=sources,
        )

    return make


@pytest.fixture
def wheel_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only place pip looks for wheels in this test."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def build_mirror(index: Path, content: bytes = CONTENT) -> WheelMirror:
    """Two wheels in `index`, each with one half of `content`."""
    half = len(content) // 2
    slices = content[:half], content[half:]
    return WheelMirror(
        tuple(_build_wheel(index, number, part) for number, part in enumerate(slices, start=1))
    )


def _build_wheel(index: Path, number: int, content: bytes) -> Wheel:
    package = f"tiny-part{number}"
    module = package.replace("-", "_")
    path = index / f"{module}-1.0-py3-none-any.whl"
    member = f"{module}/data.bin"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, content)
        archive.writestr(f"{module}/__init__.py", "raise AssertionError('imported')\n")
        archive.writestr(
            f"{module}-1.0.dist-info/METADATA",
            f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n",
        )
        archive.writestr(
            f"{module}-1.0.dist-info/WHEEL",
            "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        archive.writestr(f"{module}-1.0.dist-info/RECORD", "")
    return Wheel(
        package=package,
        version="1.0",
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        member=member,
        slice_bytes=len(content),
    )
