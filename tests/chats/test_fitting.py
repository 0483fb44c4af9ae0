"""What goes along when a conversation is longer than the window."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chats.fitting import DoesNotFit, Fit, Turn, fit_to_window

turns_of_any_size = st.lists(
    st.builds(Turn, tokens=st.integers(0, 500), is_pinned=st.booleans()), min_size=1, max_size=60
)


def fitted(turns: list[Turn], fixed_tokens: int, room_tokens: int) -> Fit | None:
    try:
        return fit_to_window(turns, fixed_tokens=fixed_tokens, room_tokens=room_tokens)
    except DoesNotFit:
        return None


@given(turns_of_any_size, st.integers(0, 300), st.integers(0, 5000))
def test_it_never_passes_the_window(turns: list[Turn], fixed: int, room: int) -> None:
    fit = fitted(turns, fixed, room)

    if fit is not None:
        sent = [turn.tokens for turn, is_kept in zip(turns, fit.kept, strict=True) if is_kept]
        assert fit.sent_tokens == fixed + sum(sent) <= room


@given(turns_of_any_size, st.integers(0, 300), st.integers(0, 5000))
def test_the_newest_and_the_pinned_always_go_along(
    turns: list[Turn], fixed: int, room: int
) -> None:
    fit = fitted(turns, fixed, room)

    if fit is not None:
        assert fit.kept[-1]
        assert all(kept for turn, kept in zip(turns, fit.kept, strict=True) if turn.is_pinned)


@given(turns_of_any_size, st.integers(0, 300), st.integers(0, 5000))
def test_what_is_dropped_is_older_than_what_is_kept(
    turns: list[Turn], fixed: int, room: int
) -> None:
    fit = fitted(turns, fixed, room)

    if fit is not None:
        free = [
            kept for turn, kept in zip(turns[:-1], fit.kept[:-1], strict=True) if not turn.is_pinned
        ]
        assert free == sorted(free)


@given(turns_of_any_size, st.integers(0, 300), st.integers(0, 5000))
def test_one_more_turn_would_be_too_much(turns: list[Turn], fixed: int, room: int) -> None:
    fit = fitted(turns, fixed, room)

    if fit is not None and fit.dropped_count:
        newest_dropped = max(index for index, kept in enumerate(fit.kept) if not kept)
        assert fit.sent_tokens + turns[newest_dropped].tokens > room


@given(turns_of_any_size, st.integers(0, 300), st.integers(0, 5000))
def test_it_is_refused_only_when_what_must_go_along_is_too_long(
    turns: list[Turn], fixed: int, room: int
) -> None:
    needed = fixed + turns[-1].tokens + sum(turn.tokens for turn in turns[:-1] if turn.is_pinned)

    assert (fitted(turns, fixed, room) is None) == (needed > room)


def test_the_refusal_has_the_numbers() -> None:
    with pytest.raises(DoesNotFit) as refused:
        fit_to_window([Turn(90)], fixed_tokens=20, room_tokens=100)

    assert (refused.value.needed_tokens, refused.value.room_tokens) == (110, 100)


def test_without_a_known_window_everything_goes_along() -> None:
    fit = fit_to_window([Turn(10**9), Turn(1)], fixed_tokens=3, room_tokens=None)

    assert fit.kept == (True, True)
    assert fit.sent_tokens == 10**9 + 4


def test_an_empty_conversation_fits() -> None:
    assert fit_to_window([], fixed_tokens=7, room_tokens=100) == Fit((), 7)
