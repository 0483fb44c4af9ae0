"""What is known of a model before it has a row: the values that refreshes bring in."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Price:
    """USD per million tokens."""

    input: Decimal
    output: Decimal
    cached_input: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What a provider's model list says of one model; `None` where it is silent."""

    name: str
    display_name: str = ""
    owner: str = ""
    context_window: int | None = None
    max_completion_tokens: int | None = None
    strengths: str = ""
    price: Price | None = None
    retires_on: date | None = None
    effort_levels: tuple[str, ...] | None = None


class ChatMessage(Protocol):
    """One message of a conversation, as far as counting its tokens goes."""

    @property
    def role(self) -> str: ...

    @property
    def content(self) -> str: ...
