"""What a request asks for, once its dialect's own form has been read and checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tests.provider.answers import (
    Pieces,
    answer_tokens,
    cut,
    natural_length,
    reasoning_tokens,
    stamps,
    until_stop,
)
from tests.provider.replies import Dialect
from tests.provider.script import Script

# The request as parsed from JSON: the one place where its shape is not ours to say.
Body = Mapping[str, Any]

ReasoningForm = Literal["reasoning", "reasoning_content", "think", "hidden"]

_EFFORT_FACTORS = {"minimal": 0.25, "low": 0.5, "high": 2.0, "xhigh": 3.0, "max": 4.0, "none": 0.0}


@dataclass(frozen=True, slots=True)
class Question:
    """One checked request."""

    dialect: Dialect
    script: Script
    topic: str
    prompt_tokens: int
    max_tokens: int | None = None
    stops: tuple[str, ...] = ()
    effort: str | None = None
    reasoning_form: ReasoningForm = "reasoning"
    is_streamed: bool = False
    wants_usage_chunk: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be said: reasoning first, then the answer. `finish` is None when none is told."""

    reasoning: Pieces
    answer: Pieces
    finish: str | None
    stop_text: str | None = None


def plan_answer(question: Question) -> Plan:
    """Lay out the whole answer; the token limit cuts reasoning first, as real servers do."""
    script = question.script
    room = script.max_output if question.max_tokens is None else question.max_tokens
    wanted = round(script.reasoning_tokens * _EFFORT_FACTORS.get(question.effort or "", 1.0))
    thinking = min(wanted, room)
    length = natural_length(script, question.topic)
    room -= thinking
    finish = "length" if thinking < wanted or length > room else "stop"
    answer, stop_text = _answer(question, min(length, room))
    if stop_text is not None:
        finish = "stop"
    if script.finish is not None:
        finish = script.finish
    reasoning = cut(
        tuple(reasoning_tokens(question.topic, thinking)), script.tokens_per_chunk, frozenset()
    )
    return Plan(reasoning, answer, None if finish == "none" else finish, stop_text)


def _answer(question: Question, length: int) -> tuple[Pieces, str | None]:
    script = question.script
    if script.style == "stamp":
        return stamps(length, script.tokens_per_chunk), None
    tokens, stop_text = until_stop(answer_tokens(script, question.topic, length), question.stops)
    return cut(tuple(tokens), script.tokens_per_chunk, script.quirks), stop_text


def count_prompt_tokens(texts: list[str]) -> int:
    """UTF-8 bytes ÷ 4 and a frame of 4 per message: an estimate that is the same every time."""
    return sum(4 + (len(text.encode("utf-8", "replace")) + 3) // 4 for text in texts)
