"""What a reader who follows a run has, put together by offsets and checked at each step."""

from dataclasses import dataclass, field
from typing import Any

Message = dict[str, Any]
KINDS = ("answer", "reasoning")
# A state calls the answer's text just `text`.
_FIELD_OF = {"answer": "text", "reasoning": "reasoning"}
_UNFINISHED = ("queued", "running")


@dataclass(slots=True)
class ReadAnswer:
    """The newest attempt of one answer, as far as it is known."""

    attempt: int = 0
    status: str = ""
    model: str = ""
    texts: dict[str, str] = field(default_factory=lambda: dict.fromkeys(KINDS, ""))

    @property
    def is_finished(self) -> bool:
        return self.status not in _UNFINISHED

    def begin(self, attempt: int) -> None:
        self.attempt = attempt
        self.texts = dict.fromkeys(KINDS, "")


@dataclass(slots=True)
class Reader:
    """`contradictions` says what came again and different, or with a hole.

    `repeated_characters` counts those that came in two frames.
    """

    answers: dict[str, ReadAnswer] = field(default_factory=dict)
    run_status: str = ""
    contradictions: list[str] = field(default_factory=list)
    repeated_characters: int = 0

    @property
    def is_finished(self) -> bool:
        return self.run_status == "finished" and all(
            answer.is_finished for answer in self.answers.values()
        )

    def has_text_everywhere(self, characters: int) -> bool:
        """Whether every answer has come at least this far."""
        return bool(self.answers) and all(
            len(answer.texts["answer"]) >= characters for answer in self.answers.values()
        )

    def take(self, message: Message) -> bool:
        """Take one message in; return whether a snapshot must be asked for."""
        match message["type"]:
            case "frame":
                gaps = [not self._take_piece(piece) for piece in message["pieces"]]
                return any(gaps)
            case "generation":
                self._take_state(message)
            case "snapshot":
                self.run_status = message["status"]
                for state in message["generations"]:
                    self._take_state(state)
            case "run":
                self.run_status = message["status"]
        return False

    def _take_piece(self, piece: Message) -> bool:
        answer = self.answers.get(piece["id"])
        if answer is None:
            return False
        if piece["attempt"] < answer.attempt:
            return True
        if piece["attempt"] > answer.attempt:
            answer.begin(piece["attempt"])
        known, offset, text = answer.texts[piece["kind"]], piece["offset"], piece["text"]
        if offset > len(known):
            return False
        again = known[offset:]
        self.repeated_characters += min(len(again), len(text))
        self._check_same(f"frame at {offset}", again, text)
        answer.texts[piece["kind"]] = known + text[len(again) :]
        return True

    def _take_state(self, state: Message) -> None:
        answer = self.answers.setdefault(state["id"], ReadAnswer())
        if state["attempt"] < answer.attempt:
            return
        if state["attempt"] > answer.attempt:
            answer.begin(state["attempt"])
        answer.status, answer.model = state["status"], state["model"]["name"]
        for kind in KINDS:
            known, told = answer.texts[kind], state[_FIELD_OF[kind]]
            self._check_same(f"{state['status']} {kind}", known, told)
            answer.texts[kind] = told if answer.is_finished else max(known, told, key=len)

    def _check_same(self, where: str, known: str, told: str) -> None:
        """Both begin at the same place, so one must begin with the other."""
        shorter = min(len(known), len(told))
        if known[:shorter] != told[:shorter]:
            self.contradictions.append(f"{where}: had {known[:80]!r}, was told {told[:80]!r}")
