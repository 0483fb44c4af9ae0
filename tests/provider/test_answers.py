from collections.abc import Sequence

import pytest

from tests.provider.answers import STYLES, answer_tokens, cut, topic_of, until_stop
from tests.provider.presets import DEMO_PRESETS, PRESETS
from tests.provider.question import Plan, Question, plan_answer
from tests.provider.replies import Dialect
from tests.provider.script import Quirk, read_model_id


def plan(model: str, max_tokens: int | None = None, stops: Sequence[str] = ()) -> Plan:
    script = read_model_id(model, PRESETS, STYLES)
    question = Question(Dialect.GROQ, script, "bread", 9, max_tokens=max_tokens, stops=tuple(stops))
    return plan_answer(question)


def test_an_answer_has_exactly_the_tokens_asked_for() -> None:
    for style in sorted(STYLES):
        answer = plan(f"sim:style={style},tokens=700").answer

        assert answer.token_count == 700
        assert style == "stamp" or len(answer.texts) == 700


def test_one_chunk_holds_the_whole_answer() -> None:
    answer = plan("sim:tokens=30,chunk=all").answer

    assert answer.tokens == (30,)


def test_the_last_chunk_holds_the_rest() -> None:
    assert plan("sim:tokens=10,chunk=4").answer.tokens == (4, 4, 2)
    assert plan("sim:style=stamp,tokens=10,chunk=4").answer.tokens == (4, 4, 2)


def test_the_limit_cuts_the_answer() -> None:
    limited = plan("sim:tokens=30", max_tokens=12)

    assert limited.answer.token_count == 12
    assert limited.finish == "length"


def test_a_limit_that_suffices_is_not_felt() -> None:
    assert plan("sim:tokens=30", max_tokens=30).finish == "stop"


def test_reasoning_uses_up_the_limit_first() -> None:
    limited = plan("sim:tokens=30,reasoning=50", max_tokens=40)

    assert limited.reasoning.token_count == 40
    assert limited.answer.token_count == 0
    assert limited.finish == "length"


def test_the_answer_ends_before_a_stop_text() -> None:
    stopped = plan("sim:tokens=30", stops=["runs past", "gate"])

    assert "".join(stopped.answer.texts) == "The quick answer "
    assert stopped.stop_text == "runs past"
    assert stopped.finish == "stop"


def test_an_absent_stop_text_changes_nothing() -> None:
    tokens = ("a", " b")

    assert until_stop(tokens, ["c", ""]) == (tokens, None)


@pytest.mark.parametrize("preset", sorted(DEMO_PRESETS))
def test_demo_answers_name_the_topic(preset: str) -> None:
    script = read_model_id(preset, PRESETS, STYLES)

    text = "".join(answer_tokens(script, "sourdough bread", 200))

    assert "sourdough bread" in text
    assert "{{" not in text


def test_demo_answers_differ() -> None:
    texts = {"".join(plan(preset).answer.texts) for preset in DEMO_PRESETS}

    assert len(texts) >= 12


def test_a_long_prompt_is_named_by_its_beginning() -> None:
    topic = topic_of("Explain `why` **bread** rises, " + "and so on " * 30 + "?\nSecond line")

    assert topic.startswith("Explain 'why' bread rises, and so on")
    assert topic.endswith("…")
    assert len(topic) < 80


def test_surrogates_halve_an_astral_character_over_two_chunks() -> None:
    pieces = cut((" 😀!",), 1, frozenset({Quirk.SURROGATES}))

    assert pieces.fragments == (b" \\ud83d", b"\\ude00!")
    assert "".join(pieces.texts) == " 😀!"
    assert pieces.token_count == 1


def test_characters_beyond_ascii_stay_bytes_unless_escaped() -> None:
    assert cut(("ż",), 1, frozenset()).fragments == ("ż".encode(),)
    assert cut(("ż",), 1, frozenset({Quirk.ESCAPED})).fragments == (b"\\u017c",)
