"""What is sent to the model of a chat."""

import uuid

import pytest

from catalog.models import LanguageModel
from chats.context import Context, Line, TooLong, answer_room, build_context
from tests.factories import LanguageModelFactory

# The models of these tests count a token for every four bytes.
TEN_TOKENS = "x" * 40


def line(role: str, text: str = TEN_TOKENS, *, is_pinned: bool = False) -> Line:
    return Line(uuid.uuid4(), role, text, is_pinned)


def roles_and_texts(context: Context) -> list[tuple[str, str]]:
    return [(message.role, message.content) for message in context.messages]


@pytest.fixture
def small(db: None) -> LanguageModel:
    """A window of 60 tokens, of which 15 are kept for the answer."""
    return LanguageModelFactory.create(context_window=60, max_completion_tokens=None)


def test_all_of_a_short_conversation_goes_along(small: LanguageModel) -> None:
    lines = [line("user", "One?"), line("assistant", "Two."), line("user", "Three?")]

    context = build_context(small, "Be brief.", lines, {})

    assert roles_and_texts(context) == [
        ("system", "Be brief."),
        ("user", "One?"),
        ("assistant", "Two."),
        ("user", "Three?"),
    ]
    assert context.dropped == frozenset()


def test_older_turns_are_dropped_whole(small: LanguageModel) -> None:
    lines = [
        line("user"),
        line("assistant"),
        line("user"),
        line("assistant"),
        line("user", "y" * 60),
    ]

    context = build_context(small, "", lines, {})

    assert context.dropped == {lines[0].id, lines[1].id}
    assert context.sent_tokens == 35
    assert (context.window, context.reserved_tokens) == (60, 15)


def test_a_pinned_message_keeps_its_turn(small: LanguageModel) -> None:
    lines = [
        line("user", "Remember: blue.", is_pinned=True),
        line("assistant", "Yes."),
        line("user", "y" * 120),
        line("assistant", "No."),
        line("user", "z" * 80),
    ]

    context = build_context(small, "", lines, {})

    assert context.dropped == {lines[2].id, lines[3].id}


def test_an_answer_without_text_is_left_out(small: LanguageModel) -> None:
    lines = [line("user", "One?"), line("assistant", ""), line("user", "Two?")]

    context = build_context(small, "", lines, {})

    assert roles_and_texts(context) == [("user", "One?"), ("user", "Two?")]


def test_a_message_that_alone_does_not_fit_is_refused_with_the_numbers(
    small: LanguageModel,
) -> None:
    with pytest.raises(TooLong) as refused:
        build_context(small, "", [line("user", "x" * 400)], {})

    assert "about 100 tokens" in str(refused.value)
    assert "holds 60, of which 15 are kept" in str(refused.value)


def test_the_answers_own_limit_is_kept_free(small: LanguageModel) -> None:
    assert answer_room(small, {"max_completion_tokens": 20}) == 20


def test_a_limit_as_large_as_the_window_leaves_room_to_ask(small: LanguageModel) -> None:
    assert answer_room(small, {"max_completion_tokens": 60}) == 30


def test_an_unknown_window_is_no_limit(db: None) -> None:
    unknown = LanguageModelFactory.create(context_window=None)

    context = build_context(unknown, "", [line("user", "x" * 10_000_000)], {})

    assert context.window is None
    assert len(context.messages) == 1
