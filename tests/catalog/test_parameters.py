"""What each family of models takes, row by row of the vendors' references."""

from collections.abc import Mapping

import pytest

from catalog.models import LanguageModel, Provider
from catalog.parameters import (
    ParameterSpec,
    Support,
    offered_specs,
    specs_for,
    validate,
    with_required,
)

OPENAI = "https://api.openai.com/v1"
VLLM = "http://10.0.0.5:8000/v1"
OLLAMA = "http://localhost:11434/v1"

MODELS: dict[str, tuple[str, str, str]] = {
    "gpt-oss": ("groq", "openai/gpt-oss-20b", "https://api.groq.com"),
    "qwen3.8": ("groq", "qwen/qwen3.8-27b", "https://api.groq.com"),
    "qwen3.6": ("groq", "qwen/qwen3.6-27b", "https://api.groq.com"),
    "allam": ("groq", "allam-2-7b", "https://api.groq.com"),
    "claude": ("anthropic", "claude-opus-5-5", ""),
    "claude-4.5": ("anthropic", "claude-haiku-4-5", ""),
    "gpt-6": ("openai_compatible", "gpt-6-luna", OPENAI),
    "gpt-6.1-sol": ("openai_compatible", "gpt-6.1-sol", OPENAI),
    "gpt-4.1": ("openai_compatible", "gpt-4.1-mini", OPENAI),
    "vllm": ("openai_compatible", "mistral-small", VLLM),
    "vllm-gpt-oss": ("openai_compatible", "openai/gpt-oss-20b", VLLM),
    "ollama": ("openai_compatible", "gemma3:4b", OLLAMA),
    "together": ("openai_compatible", "mistral-small", "https://api.together.xyz/v1"),
    "grok": ("openai_compatible", "grok-5", "https://api.x.ai/v1"),
    "local": ("local", "smollm2-135m-instruct", ""),
}


def model_of(family: str, **fields: object) -> LanguageModel:
    kind, name, base_url = MODELS[family]
    provider = Provider(slug="p", name="P", kind=kind, base_url=base_url)
    return LanguageModel(provider=provider, name=name, **fields)


def spec(family: str, parameter: str, **fields: object) -> ParameterSpec:
    return next(found for found in specs_for(model_of(family, **fields)) if found.name == parameter)


@pytest.mark.parametrize(
    ("parameter", "family", "minimum", "maximum", "default"),
    [
        ("temperature", "gpt-oss", 0, 2, 1),
        ("temperature", "qwen3.8", 0, 2, 1),
        ("temperature", "gpt-4.1", 0, 2, 1),
        ("temperature", "vllm", 0, 2, None),
        ("temperature", "ollama", 0, 2, None),
        ("temperature", "together", 0, 1, None),
        ("temperature", "local", 0, 2, 0.7),
        ("top_p", "gpt-oss", 0, 1, 1),
        ("top_p", "qwen3.8", 0, 1, 1),
        ("top_p", "gpt-4.1", 0, 1, 1),
        ("top_p", "vllm", 0, 1, None),
        ("top_p", "local", 0, 1, 0.8),
        ("top_k", "vllm", 0, None, None),
        ("top_k", "local", 0, None, 20),
        ("frequency_penalty", "gpt-4.1", -2, 2, 0),
        ("presence_penalty", "gpt-4.1", -2, 2, 0),
        ("frequency_penalty", "vllm", -2, 2, None),
        ("presence_penalty", "local", -2, 2, 0),
        ("max_completion_tokens", "gpt-oss", 1, 65_536, 2048),
        ("max_completion_tokens", "qwen3.8", 1, 16_384, 2048),
        ("max_completion_tokens", "allam", 1, 4096, 2048),
        ("max_completion_tokens", "claude", 1, 128_000, 4096),
        ("max_completion_tokens", "claude-4.5", 1, 64_000, 4096),
        ("max_completion_tokens", "gpt-6", 1, 128_000, None),
        ("max_completion_tokens", "gpt-4.1", 1, 32_768, None),
        ("max_completion_tokens", "vllm", 1, None, None),
        ("seed", "gpt-oss", 0, 2**31 - 1, None),
        ("seed", "gpt-4.1", 0, 2**31 - 1, None),
        ("seed", "vllm", 0, 2**31 - 1, None),
        ("seed", "local", 0, 2**31 - 1, None),
        ("stop", "gpt-oss", 1, 4, None),
        ("stop", "qwen3.8", 1, 4, None),
        ("stop", "gpt-4.1", 1, 4, None),
        ("stop", "claude", 1, 16, None),
        ("stop", "vllm", 1, 16, None),
        ("min_p", "local", 0, 1, 0.05),
        ("repeat_penalty", "local", 0.1, 2, 1.1),
    ],
)
def test_a_parameter_that_works_has_its_range_and_default(
    parameter: str, family: str, minimum: float, maximum: float | None, default: float | None
) -> None:
    found = spec(family, parameter)

    assert found.support is Support.WORKS
    assert (found.minimum, found.maximum, found.default) == (minimum, maximum, default)


@pytest.mark.parametrize(
    ("family", "refused"),
    [
        ("gpt-oss", "top_k min_p repeat_penalty"),
        ("qwen3.8", "top_k min_p repeat_penalty"),
        ("allam", "top_k reasoning_effort"),
        (
            "claude",
            "temperature top_p top_k min_p frequency_penalty presence_penalty repeat_penalty seed",
        ),
        ("claude-4.5", "temperature top_p top_k seed reasoning_effort"),
        ("gpt-6", "top_k frequency_penalty presence_penalty seed min_p"),
        ("gpt-6.1-sol", "temperature top_p top_k frequency_penalty presence_penalty seed"),
        ("gpt-4.1", "top_k reasoning_effort min_p"),
        ("ollama", "top_k"),
        ("grok", "stop frequency_penalty presence_penalty"),
        ("local", "reasoning_effort"),
    ],
)
def test_what_a_provider_refuses_is_not_offered_and_named_with_the_model(
    family: str, refused: str
) -> None:
    model = model_of(family)
    names = refused.split()

    errors = validate(dict.fromkeys(names, 1), model)

    assert not {offered.name for offered in offered_specs(model)} & set(names)
    assert errors == {name: [f"{name} is not supported by {model.name}."] for name in names}


@pytest.mark.parametrize("family", ["gpt-oss", "qwen3.8", "allam"])
@pytest.mark.parametrize("parameter", ["frequency_penalty", "presence_penalty"])
def test_groqs_penalties_are_shown_with_the_note_that_they_do_nothing(
    family: str, parameter: str
) -> None:
    found = spec(family, parameter)

    assert found.support is Support.NO_EFFECT
    assert found.is_offered
    assert "takes notice" in found.note
    assert validate({parameter: -2}, model_of(family)) == {}
    assert validate({parameter: 2.5}, model_of(family)) != {}


@pytest.mark.parametrize(
    ("family", "levels", "default"),
    [
        ("gpt-oss", "low medium high", "medium"),
        ("qwen3.8", "none low medium high", "medium"),
        ("qwen3.6", "none default", "default"),
        ("claude", "low medium high xhigh max", "medium"),
        ("gpt-6", "none minimal low medium high xhigh max", None),
        ("gpt-6.1-sol", "minimal low medium high xhigh max", None),
        ("vllm", "none minimal low medium high xhigh max", None),
        ("vllm-gpt-oss", "none minimal low medium high xhigh max", None),
    ],
)
def test_effort_has_the_levels_of_its_family(family: str, levels: str, default: str | None) -> None:
    found = spec(family, "reasoning_effort")

    assert found.choices == tuple(levels.split())
    assert found.default == default


def test_fables_and_sonnets_think_hard_by_default() -> None:
    model = model_of("claude")
    model.name = "claude-sonnet-5-5"

    effort = next(found for found in specs_for(model) if found.name == "reasoning_effort")

    assert effort.default == "high"


def test_the_models_own_effort_levels_replace_the_familys() -> None:
    found = spec("claude-4.5", "reasoning_effort", effort_levels=["low", "high"])

    assert found.support is Support.WORKS
    assert found.choices == ("low", "high")


def test_a_default_that_the_models_own_levels_lack_is_dropped() -> None:
    assert spec("claude", "reasoning_effort", effort_levels=["low"]).default is None


def test_a_model_without_effort_levels_refuses_effort() -> None:
    assert spec("claude", "reasoning_effort", effort_levels=[]).support is Support.REFUSED


def test_gpt_6_takes_temperature_only_without_effort() -> None:
    model = model_of("gpt-6")

    assert validate({"temperature": 0.5, "reasoning_effort": "none"}, model) == {}
    for parameters in ({"temperature": 0.5}, {"temperature": 0.5, "reasoning_effort": "low"}):
        assert validate(parameters, model) == {
            "temperature": [
                "temperature is not supported by gpt-6-luna unless reasoning_effort is none."
            ]
        }


def test_a_gpt_6_without_the_effort_none_by_its_own_list_never_takes_temperature() -> None:
    assert spec("gpt-6", "temperature", effort_levels=["low"]).support is Support.REFUSED


def test_the_models_own_limit_replaces_the_familys_and_bounds_the_default() -> None:
    found = spec("gpt-oss", "max_completion_tokens", max_completion_tokens=1000)

    assert (found.maximum, found.default) == (1000, 1000)


def test_without_a_limit_of_its_own_an_answer_may_fill_the_context_window() -> None:
    assert spec("vllm", "max_completion_tokens", context_window=4096).maximum == 4096


def test_a_family_is_recognised_in_any_case() -> None:
    model = model_of("gpt-6")
    model.name = "GPT-6-Luna"

    assert validate({"top_k": 3}, model) != {}


@pytest.mark.parametrize(
    ("parameters", "errors"),
    [
        ({}, {}),
        ({"temperature": 0, "top_p": 1.0, "seed": 0, "stop": ["\n\n"]}, {}),
        (
            {"temperature": 2.01},
            {"temperature": "temperature must be a number from 0 to 2 for openai/gpt-oss-20b."},
        ),
        (
            {"max_completion_tokens": 65_537},
            {
                "max_completion_tokens": "max_completion_tokens must be a whole number from 1 to"
                " 65536 for openai/gpt-oss-20b."
            },
        ),
        (
            {"reasoning_effort": "none"},
            {
                "reasoning_effort": "reasoning_effort must be one of low, medium, high for"
                " openai/gpt-oss-20b."
            },
        ),
        (
            {"stop": ["a", "b", "c", "d", "e"]},
            {
                "stop": "stop must be a list of 1 to 4 texts of at most 200 characters for"
                " openai/gpt-oss-20b."
            },
        ),
        ({"top_k": 5}, {"top_k": "top_k is not supported by openai/gpt-oss-20b."}),
        (
            {"Temperature": 1},
            {"Temperature": "Temperature is not a parameter of openai/gpt-oss-20b."},
        ),
    ],
)
def test_a_violation_names_parameter_range_and_model(
    parameters: Mapping[str, object], errors: Mapping[str, str]
) -> None:
    found = validate(parameters, model_of("gpt-oss"))

    assert found == {name: [text] for name, text in errors.items()}


def test_all_violations_are_listed_at_once() -> None:
    parameters = {"temperature": 9, "top_p": "x", "top_k": 1, "no_such": 1, "seed": 1}

    errors = validate(parameters, model_of("gpt-oss"))

    assert set(errors) == {"temperature", "top_p", "top_k", "no_such"}


HOSTILE = [
    float("nan"),
    float("inf"),
    float("-inf"),
    True,
    False,
    None,
    "0.5",
    "",
    [],
    [0.5],
    {},
    {"a": 1},
    10**400,
    -(10**400),
    b"1",
]


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: repr(value)[:20])
@pytest.mark.parametrize(
    "parameter",
    ["temperature", "top_k", "max_completion_tokens", "seed", "repeat_penalty", "min_p"],
)
def test_what_is_no_number_of_the_range_is_refused(parameter: str, value: object) -> None:
    assert validate({parameter: value}, model_of("local")).keys() == {parameter}


@pytest.mark.parametrize("value", [1.5, 2.0, float("nan"), -1])
def test_a_whole_number_is_asked_for_where_it_counts_something(value: float) -> None:
    assert validate({"top_k": value}, model_of("local")) != {}


@pytest.mark.parametrize(
    "value",
    ["end", [], [""], [1], [None], [["a"]], {"a": 1}, ["x" * 201], ["nul\0"], None, ["a"] * 17],
    ids=lambda value: repr(value)[:20],
)
def test_stop_is_a_short_list_of_short_texts(value: object) -> None:
    assert validate({"stop": value}, model_of("local")).keys() == {"stop"}


@pytest.mark.parametrize("value", ["LOW", "", "extreme", None, 1, True, ["low"], {"low": 1}])
def test_an_effort_that_is_no_level_is_refused(value: object) -> None:
    assert validate({"reasoning_effort": value}, model_of("gpt-oss")) != {}


def test_a_very_long_unknown_name_is_shortened_in_the_message() -> None:
    name = "x" * 5000

    assert len(validate({name: 1}, model_of("local"))[name][0]) < 120


def test_what_must_always_be_sent_is_added_and_nothing_else() -> None:
    assert with_required({}, model_of("claude")) == {"max_completion_tokens": 4096}
    assert with_required({}, model_of("gpt-oss")) == {"max_completion_tokens": 2048}
    assert with_required({}, model_of("gpt-6")) == {}
    assert with_required({"max_completion_tokens": 7, "stop": ["x"]}, model_of("claude")) == {
        "max_completion_tokens": 7,
        "stop": ["x"],
    }


@pytest.mark.parametrize("family", MODELS)
def test_every_default_is_a_value_that_the_model_takes(family: str) -> None:
    model = model_of(family, context_window=128)
    needed = {"reasoning_effort": "none"} if family == "gpt-6" else {}

    for found in offered_specs(model):
        if found.default is not None:
            assert validate({**needed, found.name: found.default}, model) == {}
