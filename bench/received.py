"""What one client keeps of a run: each answer put together by offsets, and when each part came."""

import msgspec

from bench.messages import (
    AnswerRecord,
    Arrival,
    Frame,
    Generation,
    Message,
    Piece,
    Refused,
    RunChanged,
    Snapshot,
)

_decoder = msgspec.json.Decoder(Message)


class MessageRefused(Exception):
    """The portal answered with an error message; the text is its detail."""


class ReceivedAnswer:
    """The text of one answer's newest attempt."""

    def __init__(self, generation: Generation) -> None:
        self.position = generation.position
        self.attempt = generation.attempt
        self.status = generation.status
        self.length = 0
        self.final: str | None = None
        self._queue_ms: float | None = None
        self._parts: list[str] = []
        self._arrivals: list[Arrival] = []
        self._repeated = 0
        self._contradicted = 0
        self._late_characters = 0

    def take_piece(self, piece: Piece, at_us: int) -> bool:
        """Return False if text before the piece is missing."""
        if piece.attempt < self.attempt:
            return True
        if piece.attempt > self.attempt:
            self._begin_attempt(piece.attempt)
        overlap = self.length - piece.offset
        if overlap < 0:
            return False
        if overlap:
            self._take_repeated(piece)
        self._extend(piece.text[overlap:], at_us)
        return True

    def take_state(self, generation: Generation, at_us: int) -> None:
        """Take what a snapshot or a change says; its text counts as far as it is new."""
        if generation.attempt < self.attempt:
            return
        if generation.attempt > self.attempt:
            self._begin_attempt(generation.attempt)
        self.status = generation.status
        self._late_characters += self._extend(generation.text[self.length :], at_us)
        if generation.is_finished and self.final is None:
            self.final = generation.text
            self._queue_ms = generation.queue_ms
            self._finished_at_us = at_us

    def record(self) -> AnswerRecord:
        """Return the finished answer."""
        if self.final is None:
            raise ValueError("the answer is not finished")
        return AnswerRecord(
            position=self.position,
            status=self.status,
            received="".join(self._parts),
            final=self.final,
            arrivals=self._arrivals,
            finished_at_us=self._finished_at_us,
            queue_ms=self._queue_ms,
            repeated=self._repeated,
            contradicted=self._contradicted,
            late_characters=self._late_characters,
        )

    def _take_repeated(self, piece: Piece) -> None:
        """What comes again, as frames do that left just before a snapshot, must be the same."""
        known = "".join(self._parts)[piece.offset :]
        both = list(zip(known, piece.text, strict=False))
        self._repeated += len(both)
        self._contradicted += sum(old != new for old, new in both)

    def _begin_attempt(self, attempt: int) -> None:
        self.attempt = attempt
        self.length = 0
        self._parts.clear()
        self._arrivals.clear()

    def _extend(self, text: str, at_us: int) -> int:
        if text:
            self._parts.append(text)
            self.length += len(text)
            self._arrivals.append(Arrival(self.length, at_us))
        return len(text)


class ReceivedRun:
    """All answers of one run, as a page follows them."""

    def __init__(self) -> None:
        self.frames = 0
        self._answers: dict[str, ReceivedAnswer] = {}
        self._status = ""

    @property
    def is_finished(self) -> bool:
        """Whether the run has ended and so has, with its final message, each answer."""
        return self._status == "finished" and all(
            answer.final is not None for answer in self._answers.values()
        )

    def take(self, text: bytes, at_us: int) -> bool:
        """Read one message that came at `at_us`; return whether a snapshot must be asked for.

        Raises `MessageRefused`.
        """
        match _decoder.decode(text):
            case Frame(pieces):
                self.frames += 1
                gaps = [not self._take_piece(piece, at_us) for piece in pieces]
                return any(gaps)
            case Generation() as generation:
                self._take_state(generation, at_us)
            case Snapshot(status, generations):
                self._status = status
                for generation in generations:
                    self._take_state(generation, at_us)
            case RunChanged(status):
                self._status = status
            case Refused(detail):
                raise MessageRefused(detail)
        return False

    def records(self) -> list[AnswerRecord]:
        """Return the answers that are finished, by position."""
        finished = [answer for answer in self._answers.values() if answer.final is not None]
        return [answer.record() for answer in sorted(finished, key=lambda each: each.position)]

    def _take_piece(self, piece: Piece, at_us: int) -> bool:
        if piece.kind != "answer":
            return True
        answer = self._answers.get(piece.id)
        return answer is not None and answer.take_piece(piece, at_us)

    def _take_state(self, generation: Generation, at_us: int) -> None:
        if generation.id not in self._answers:
            self._answers[generation.id] = ReceivedAnswer(generation)
        self._answers[generation.id].take_state(generation, at_us)
