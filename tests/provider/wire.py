"""The form of a streamed answer, whatever the protocol: an opening, texts, a closing.

Everything that can be written before the stream begins is: sending a token only joins three byte
strings.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from tests.provider.answers import Pieces
from tests.provider.question import Plan
from tests.provider.script import Fault

TextKind = Literal["reasoning", "answer"]


@dataclass(slots=True)
class Segment:
    """A run of pieces of one kind. An unseen one takes its time and sends nothing.

    `before` and `after` frame the run; `prefix` and `suffix` frame each piece. The rest is
    filled while it is sent.
    """

    kind: TextKind
    pieces: Pieces
    prefix: bytes = b""
    suffix: bytes = b""
    before: Sequence[bytes] = ()
    after: Sequence[bytes] = ()
    is_seen: bool = True
    pieces_sent: int = 0
    stamps_sent: list[bytes] = field(default_factory=list)

    @property
    def tokens_sent(self) -> int:
        return sum(self.pieces.tokens[: self.pieces_sent])

    @property
    def text_sent(self) -> str:
        if not self.is_seen:
            return ""
        if self.stamps_sent:
            return b"".join(self.stamps_sent).decode()
        return "".join(self.pieces.texts[: self.pieces_sent])


@dataclass(frozen=True, slots=True)
class Counts:
    """Tokens made and the time it took, in s, as the provider reports them."""

    reasoning: int
    answer: int
    seconds: float

    @property
    def completion(self) -> int:
        return self.reasoning + self.answer


class Wire(Protocol):
    """One answer in one protocol."""

    def opening(self) -> list[bytes]: ...

    def segments(self, plan: Plan) -> list[Segment]: ...

    def closing(self, finish: str | None, stop_text: str | None, counts: Counts) -> list[bytes]: ...

    def broken_event(self) -> bytes:
        """A data line that is no JSON."""
        ...

    def error_events(self, fault: Fault) -> bytes:
        """The server's fault told amid a 200 answer, in the form that `fault` names."""
        ...

    def refusal(self) -> str:
        """The finish reason of an answer that the provider withheld."""
        ...

    def whole(
        self, plan: Plan, segments: list[Segment], finish: str | None, counts: Counts
    ) -> object:
        """The same answer as one JSON value."""
        ...
