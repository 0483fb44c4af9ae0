from datetime import date

import pytest

from catalog import seed
from catalog.models import ProviderKind
from catalog.selectors import replacement_for


@pytest.mark.parametrize(
    ("name", "replacement"),
    [
        ("mixtral-8x7b-32768", "openai/gpt-oss-120b"),
        ("llama3-8b-8192", "openai/gpt-oss-20b"),
        ("gemma2-9b-it", "openai/gpt-oss-20b"),
        ("llama-3.3-70b-versatile", "openai/gpt-oss-120b"),
        ("groq/llama-3.1-8b-instant", "openai/gpt-oss-20b"),
        ("moonshotai/kimi-k2-instruct", "openai/gpt-oss-120b"),
        ("groq/compound", ""),
        ("openai/gpt-oss-20b", ""),
        ("no-such-model", ""),
        ("", ""),
    ],
)
def test_a_retired_model_names_its_replacement(name: str, replacement: str) -> None:
    assert replacement_for(name) == replacement


def test_a_model_that_retires_later_has_no_replacement_yet() -> None:
    retirement = seed.retirement_of("openai_compatible", "gpt-5.1")

    assert retirement is not None
    assert retirement.on == date(2027, 4, 1)


def test_every_replacement_is_a_model_that_is_not_retired_itself() -> None:
    known = seed.load_seed()

    for retirement in known.retirements.values():
        if retirement.replacement:
            replacement = (retirement.kind, retirement.replacement)
            assert replacement in known.facts
            assert replacement not in known.retirements


def test_every_seeded_model_has_limits_and_strengths_and_belongs_to_a_kind() -> None:
    for (kind, _), facts in seed.load_seed().facts.items():
        assert kind in ProviderKind.values
        assert facts.context_window
        assert facts.max_completion_tokens
        assert facts.max_completion_tokens <= facts.context_window
        assert facts.strengths
