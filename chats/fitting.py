"""Which part of a conversation goes along, when not all of it fits into a model's window.

Plain figures in, plain figures out: no database, no model.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Turn:
    """A question with its answer. It goes along whole or not at all."""

    tokens: int
    is_pinned: bool = False


@dataclass(frozen=True, slots=True)
class Fit:
    """`kept` says of every turn, in order, whether it goes along; `sent_tokens` is all of it."""

    kept: tuple[bool, ...]
    sent_tokens: int

    @property
    def dropped_count(self) -> int:
        return self.kept.count(False)


class DoesNotFit(Exception):
    """What must go along is more than the window holds."""

    def __init__(self, needed_tokens: int, room_tokens: int) -> None:
        super().__init__(needed_tokens, room_tokens)
        self.needed_tokens = needed_tokens
        self.room_tokens = room_tokens


def fit_to_window(turns: Sequence[Turn], *, fixed_tokens: int, room_tokens: int | None) -> Fit:
    """Keep the newest turn and all that are pinned, then older ones from the newest on.

    The first that has no place ends it, so that what goes along has no hole but what lies between
    pinned turns. `fixed_tokens` are the system prompt and the frame; `room_tokens` is the window
    less the room for the answer, `None` where the window is not known: then all is kept.

    Raises `DoesNotFit`.
    """
    if room_tokens is None:
        return Fit((True,) * len(turns), fixed_tokens + sum(turn.tokens for turn in turns))
    newest = len(turns) - 1
    kept = [index == newest or turn.is_pinned for index, turn in enumerate(turns)]
    sent = fixed_tokens + sum(
        turn.tokens for turn, is_kept in zip(turns, kept, strict=True) if is_kept
    )
    if sent > room_tokens:
        raise DoesNotFit(sent, room_tokens)
    for index in range(newest - 1, -1, -1):
        if kept[index]:
            continue
        if sent + turns[index].tokens > room_tokens:
            break
        kept[index] = True
        sent += turns[index].tokens
    return Fit(tuple(kept), sent)
