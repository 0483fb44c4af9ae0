import logging

import pytest
from django.core.exceptions import ValidationError

from catalog.models import LanguageModel, Provider
from catalog.parameters import Support, override_problems, specs_for, validate


def model_with(overrides: object) -> LanguageModel:
    provider = Provider(slug="groq", name="Groq", kind="groq", base_url="https://api.groq.com")
    return LanguageModel(
        provider=provider, name="openai/gpt-oss-20b", parameter_overrides=overrides
    )


def test_the_admins_word_comes_over_the_familys() -> None:
    model = model_with(
        {
            "temperature": {"maximum": 1, "default": 0.2, "note": "House rule."},
            "top_k": {"support": "works", "maximum": 50},
            "seed": {"support": "refused"},
            "reasoning_effort": {"choices": ["low"]},
        }
    )

    specs = {spec.name: spec for spec in specs_for(model)}
    assert (specs["temperature"].maximum, specs["temperature"].default) == (1, 0.2)
    assert specs["temperature"].note == "House rule."
    assert specs["top_k"].support is Support.WORKS
    assert specs["reasoning_effort"].choices == ("low",)
    assert specs["reasoning_effort"].default is None
    assert validate({"temperature": 1.5, "top_k": 50, "seed": 1}, model).keys() == {
        "temperature",
        "seed",
    }


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ([], "Write an object"),
        ("temperature", "Write an object"),
        (None, "Write an object"),
        ({"heat": {}}, "heat is not a parameter"),
        ({"temperature": 1}, "temperature needs an object"),
        ({"temperature": {"max": 1}}, "temperature.max cannot be changed"),
        ({"temperature": {"name": "x"}}, "temperature.name cannot be changed"),
        ({"temperature": {"maximum": "1"}}, "temperature.maximum must be"),
        ({"temperature": {"maximum": True}}, "temperature.maximum must be"),
        ({"temperature": {"maximum": float("nan")}}, "temperature.maximum must be"),
        ({"temperature": {"maximum": -1}}, "must not be below its minimum"),
        ({"temperature": {"minimum": 1.5, "maximum": 1}}, "must not be below its minimum"),
        ({"temperature": {"step": 0}}, "temperature.step must be"),
        ({"temperature": {"default": "hot"}}, "temperature.default must be"),
        ({"temperature": {"choices": ["a"]}}, "temperature.choices must be"),
        ({"temperature": {"support": "maybe"}}, "temperature.support must be one of works"),
        ({"temperature": {"support": []}}, "temperature.support must be"),
        ({"temperature": {"note": 1}}, "temperature.note must be"),
        ({"seed": {"maximum": 1.5}}, "seed.maximum must be"),
        ({"reasoning_effort": {"choices": []}}, "reasoning_effort.choices must be"),
        ({"reasoning_effort": {"choices": "low"}}, "reasoning_effort.choices must be"),
        ({"reasoning_effort": {"maximum": 1}}, "reasoning_effort.maximum must be"),
        ({"stop": {"default": "x"}}, "stop.default must be"),
    ],
)
def test_a_bad_override_is_refused_with_what_is_wrong(overrides: object, message: str) -> None:
    problems = override_problems(overrides)

    assert len(problems) == 1
    assert message in problems[0]


def test_a_bad_override_does_not_pass_the_models_own_validation() -> None:
    with pytest.raises(ValidationError, match="heat is not a parameter"):
        model_with({"heat": {}}).clean_fields(exclude={"provider"})


def test_every_problem_is_told_at_once() -> None:
    assert len(override_problems({"heat": {}, "seed": 1, "top_p": {"maximum": "x"}})) == 3


def test_a_bad_override_that_got_past_the_form_does_not_stop_the_page(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        specs = specs_for(model_with({"temperature": {"maximum": "hot"}}))

    assert {spec.name: spec for spec in specs}["temperature"].maximum == 2
    assert "temperature.maximum must be" in caplog.text
