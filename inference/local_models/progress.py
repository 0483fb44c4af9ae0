"""Tell a person how a fetch goes: one line that changes on a terminal, a few lines elsewhere."""

import time
from typing import Protocol

_REDRAW_S = 0.1
_LINE_EVERY_PERCENT = 10
_CLEAR_LINE = "\r\x1b[2K"


class TextStream(Protocol):
    def write(self, text: str, /) -> object: ...
    def flush(self) -> None: ...
    def isatty(self) -> bool: ...


class Progress:
    """Writes to `stream`. Off a terminal it prints at every tenth, so that logs stay short."""

    def __init__(self, stream: TextStream) -> None:
        self._stream = stream
        self._is_terminal = stream.isatty()
        self._name = ""
        self._total_bytes = 1
        self._drawn_at = 0.0
        self._printed_percent = 0

    def begin(self, name: str, total_bytes: int) -> None:
        self._name, self._total_bytes = name, total_bytes
        self._printed_percent = 0
        self._drawn_at = 0.0
        self.note(f"{name}: {_megabytes(total_bytes)} to fetch")

    def advance(self, done_bytes: int) -> None:
        """`done_bytes` of the whole are here; it may fall when a source starts again."""
        percent = min(100, done_bytes * 100 // self._total_bytes)
        if self._is_terminal:
            self._redraw(done_bytes, percent)
        elif percent // _LINE_EVERY_PERCENT != self._printed_percent // _LINE_EVERY_PERCENT:
            self._printed_percent = percent
            self._stream.write(self._line(done_bytes, percent) + "\n")
            self._stream.flush()

    def note(self, text: str) -> None:
        """A line that stays."""
        self._stream.write(f"{_CLEAR_LINE if self._is_terminal else ''}{text}\n")
        self._stream.flush()

    def _redraw(self, done_bytes: int, percent: int) -> None:
        now = time.monotonic()
        if now - self._drawn_at < _REDRAW_S and percent < 100:
            return
        self._drawn_at = now
        self._stream.write(_CLEAR_LINE + self._line(done_bytes, percent))
        self._stream.flush()

    def _line(self, done_bytes: int, percent: int) -> str:
        done, total = _megabytes(done_bytes), _megabytes(self._total_bytes)
        return f"{self._name}: {done} of {total} ({percent} %)"


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:,.0f} MB" if size_bytes >= 1e6 else f"{size_bytes / 1e3:,.0f} kB"
