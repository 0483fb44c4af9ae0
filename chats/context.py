"""What of a chat goes to its model: the branch, fitted to the window."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from catalog import parameters as parameter_specs
from catalog.models import LanguageModel
from catalog.tokens import measure_prompt
from chats.fitting import DoesNotFit, Fit, Turn, fit_to_window
from inference.adapters.base import Message

# What is kept free for an answer whose limit nobody set, at most a quarter of the window.
USUAL_ANSWER_TOKENS = 4096


@dataclass(frozen=True, slots=True)
class Line:
    """A message of the branch as it would be sent; `is_pinned` keeps its whole turn."""

    id: uuid.UUID
    role: str
    text: str
    is_pinned: bool = False


@dataclass(frozen=True, slots=True)
class Context:
    """What would be sent. Tokens are estimates where not `is_exact`; `window` may be unknown."""

    messages: list[Message]
    dropped: frozenset[uuid.UUID]
    sent_tokens: int
    reserved_tokens: int
    window: int | None
    is_exact: bool


class TooLong(Exception):
    """What must go along does not fit the model's window; the message has the numbers."""


def build_context(
    model: LanguageModel,
    system: str,
    lines: Sequence[Line],
    parameters: dict[str, object],
) -> Context:
    """Fit the branch into the model's window less the room for the answer. Raises `TooLong`.

    The system prompt, the newest turn and pinned ones always go along; older turns go whole, the
    oldest are dropped first.
    """
    first = [Message("system", system)] if system.strip() else []
    said = [line for line in lines if line.text]
    messages = [Message(line.role, line.text) for line in said]
    size = measure_prompt(model, [*first, *messages])
    fixed = size.frame + sum(size.messages[: len(first)])
    counts = size.messages[len(first) :]
    turns = list(_turns(said, counts))
    reserved = answer_room(model, parameters)
    room = None if model.context_window is None else model.context_window - reserved
    try:
        fit = fit_to_window(
            [Turn(turn.tokens, turn.is_pinned) for turn in turns],
            fixed_tokens=fixed,
            room_tokens=room,
        )
    except DoesNotFit as error:
        raise TooLong(_too_long(model, error, reserved, size.is_exact)) from error
    dropped = _dropped(turns, fit)
    return Context(
        messages=[
            *first,
            *(
                message
                for line, message in zip(said, messages, strict=True)
                if line.id not in dropped
            ),
        ],
        dropped=dropped,
        sent_tokens=fit.sent_tokens,
        reserved_tokens=reserved,
        window=model.context_window,
        is_exact=size.is_exact,
    )


def answer_room(model: LanguageModel, parameters: dict[str, object]) -> int:
    """Tokens to keep free for the answer: its limit where one is sent, else a usual length.

    Never more than half the window, so that a limit as large as the window leaves room to ask.
    """
    window = model.context_window or 4 * USUAL_ANSWER_TOKENS
    limit = parameter_specs.with_required(parameters, model).get("max_completion_tokens")
    if isinstance(limit, int):
        return min(limit, window // 2)
    return min(model.max_completion_tokens or USUAL_ANSWER_TOKENS, USUAL_ANSWER_TOKENS, window // 4)


@dataclass(slots=True)
class _LineTurn:
    ids: list[uuid.UUID]
    tokens: int
    is_pinned: bool


def _turns(lines: Sequence[Line], counts: Sequence[int]) -> Iterable[_LineTurn]:
    """A turn begins at each question; an answer without one is a turn of its own."""
    turn: _LineTurn | None = None
    for line, tokens in zip(lines, counts, strict=True):
        if turn is None or line.role == "user":
            if turn is not None:
                yield turn
            turn = _LineTurn([], 0, is_pinned=False)
        turn.ids.append(line.id)
        turn.tokens += tokens
        turn.is_pinned = turn.is_pinned or line.is_pinned
    if turn is not None:
        yield turn


def _dropped(turns: Sequence[_LineTurn], fit: Fit) -> frozenset[uuid.UUID]:
    return frozenset(
        message_id
        for turn, is_kept in zip(turns, fit.kept, strict=True)
        if not is_kept
        for message_id in turn.ids
    )


def _too_long(model: LanguageModel, error: DoesNotFit, reserved: int, is_exact: bool) -> str:
    about = "" if is_exact else "about "
    return (
        f"This does not fit {model.label}: the message, with the system prompt and what is pinned,"
        f" has {about}{error.needed_tokens:,} tokens; the window holds"
        f" {model.context_window:,}, of which {reserved:,} are kept for the answer."
        " Shorten it, unpin something, or choose a model with a larger window."
    )
