"""What travels: the portal's socket messages as pages read them; plans and records of our own."""

import msgspec


class Piece(msgspec.Struct, gc=False):
    id: str
    attempt: int
    kind: str
    offset: int
    text: str


class Frame(msgspec.Struct, tag="frame", gc=False):
    pieces: list[Piece]


class Generation(msgspec.Struct, tag="generation"):
    """One answer of a snapshot, or alone when it changed."""

    id: str
    position: int
    status: str
    attempt: int
    text: str
    queue_ms: float | None
    ttft_ms: float | None

    @property
    def is_finished(self) -> bool:
        return self.status not in ("queued", "running")


class Snapshot(msgspec.Struct, tag="snapshot"):
    status: str
    generations: list[Generation]


class RunChanged(msgspec.Struct, tag="run"):
    status: str


class Refused(msgspec.Struct, tag="error"):
    detail: str


Message = Frame | Generation | Snapshot | RunChanged | Refused


class Plan(msgspec.Struct):
    """Runs to start at the same moment: one per prompt, each with all of `models`."""

    prompts: list[str]
    models: list[str]
    patience_s: float


class Arrival(msgspec.Struct, array_like=True, gc=False):
    """From `at_us` on (`time.monotonic`), the page had the answer up to character `end`."""

    end: int
    at_us: int


class AnswerRecord(msgspec.Struct):
    """One answer as one client got it.

    `received` is what came in pieces, put together by offsets; `final` what the last message says.
    Characters counted: `repeated` ones came again, `contradicted` ones came again and different,
    `late_characters` came with a snapshot or the final message and in no frame.
    """

    position: int
    status: str
    received: str
    final: str
    arrivals: list[Arrival]
    finished_at_us: int
    queue_ms: float | None
    repeated: int
    contradicted: int
    late_characters: int


class RunRecord(msgspec.Struct):
    """One run as its client saw it; times in µs of `time.monotonic`. `problem` is empty if none."""

    prompt: str
    posted_at_us: int
    accepted_at_us: int = 0
    opened_at_us: int = 0
    frames: int = 0
    resyncs: int = 0
    answers: list[AnswerRecord] = []
    problem: str = ""
