"""How one attempt ended, as the streaming loop tells the task thread."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from inference.adapters.base import AdapterError, Usage
from inference.timing import Timing


class End(StrEnum):
    """What ended the attempt; the service decides what that means for the generation."""

    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"
    HANDED_BACK = "handed_back"
    LEASE_LOST = "lease_lost"


class WorkerLost(AdapterError):
    """The worker that held the generation died or was cut off from the database."""

    kind = "worker_lost"
    is_retryable = True

    def __init__(self) -> None:
        super().__init__("The worker that was answering stopped.", retry_after_s=0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """`sent_at` is the wall clock's time when the request was sent, `None` if it never was."""

    end: End
    answer: str = ""
    reasoning: str = ""
    finish_reason: str = ""
    request_id: str = ""
    error: AdapterError | None = None
    sent_at: datetime | None = None
    usage: Usage = field(default_factory=Usage)
    timing: Timing = field(default_factory=lambda: Timing(None, None, None, None))

    @property
    def has_text(self) -> bool:
        return bool(self.answer or self.reasoning)
