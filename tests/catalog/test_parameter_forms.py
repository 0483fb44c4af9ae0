"""Parameters as fields of a form."""

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import example, given
from hypothesis import strategies as st

from accounts.models import User
from catalog.models import LanguageModel, Provider, ProviderKind
from catalog.parameters import ParameterType, specs_for, validate
from catalog.parameters.forms import field_texts, panel_of, read_parameters
from tests.factories import LanguageModelFactory, ProviderFactory

LOCAL = LanguageModel(name="smol", provider=Provider(kind=ProviderKind.LOCAL, slug="local"))
LOCAL.max_completion_tokens = 512

texts = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20
)


@st.composite
def valid_parameters(draw: st.DrawFn) -> dict[str, object]:
    chosen: dict[str, object] = {}
    for spec in specs_for(LOCAL):
        if not spec.is_offered or draw(st.booleans()):
            continue
        low, high = spec.minimum or 0, spec.maximum or 1000
        match spec.type:
            case ParameterType.NUMBER:
                chosen[spec.name] = draw(st.floats(low, high))
            case ParameterType.INTEGER:
                chosen[spec.name] = draw(st.integers(int(low), int(high)))
            case ParameterType.CHOICE:
                chosen[spec.name] = draw(st.sampled_from(spec.choices))
            case ParameterType.LIST:
                chosen[spec.name] = draw(st.lists(texts, min_size=1, max_size=4))
    return chosen


@given(valid_parameters())
@example({"stop": [" "]})
def test_what_is_valid_comes_back_from_its_fields(parameters: dict[str, object]) -> None:
    values, errors = read_parameters(field_texts(parameters), LOCAL)

    assert errors == {}
    assert values == parameters


@given(st.dictionaries(st.sampled_from([spec.name for spec in specs_for(LOCAL)]), st.text()))
def test_whatever_is_typed_is_read_or_refused_by_name(typed: dict[str, str]) -> None:
    fields = {f"parameter-{name}": text for name, text in typed.items()}

    values, errors = read_parameters(fields, LOCAL)

    assert set(errors) <= set(values) <= set(typed)
    accepted = {name: value for name, value in values.items() if name not in errors}
    assert validate(accepted, LOCAL) == {}


@pytest.mark.parametrize(
    "text", ["NaN", "inf", "-Infinity", "1e999", "2.1", "-1", "hot", "9" * 5000]
)
def test_what_is_no_temperature_is_refused_with_the_range(text: str) -> None:
    _, errors = read_parameters({"parameter-temperature": text}, LOCAL)

    assert errors == {"temperature": ["temperature must be a number from 0 to 2 for smol."]}


def test_everything_wrong_is_told_at_once() -> None:
    fields = {
        "parameter-temperature": "3",
        "parameter-seed": "1.5",
        "parameter-reasoning_effort": "high",
        "parameter-wit": "much",
        "parameter-top_p": "",
        "csrfmiddlewaretoken": "x",
    }

    _, errors = read_parameters(fields, LOCAL)

    assert set(errors) == {"temperature", "seed", "reasoning_effort", "wit"}


def test_two_that_exclude_each_other_are_refused(db: None) -> None:
    model = LanguageModelFactory.create(parameter_overrides={"top_p": {"not_with": "temperature"}})

    assert validate({"temperature": 1, "top_p": 1}, model) == {
        "top_p": [f"top_p and temperature cannot both be set for {model.name}."]
    }
    assert validate({"top_p": 1}, model) == {}


def test_a_value_that_has_become_invalid_is_shown_with_its_reason() -> None:
    panel = panel_of(LOCAL, {"temperature": 5, "reasoning_effort": "high"})

    told = {control.spec.name: (control.text, control.problem) for control in panel.controls}
    assert told["temperature"] == ("5", "temperature must be a number from 0 to 2 for smol.")
    assert told["reasoning_effort"] == ("high", "reasoning_effort is not supported by smol.")
    assert told["top_p"] == ("", "")


def test_a_model_the_code_has_never_seen_has_its_kinds_controls(db: None) -> None:
    provider = ProviderFactory.create(kind=ProviderKind.GROQ, slug="groq-two")
    unknown = LanguageModelFactory.create(
        provider=provider, name="brand-new", max_completion_tokens=777
    )

    controls = {control.spec.name: control for control in panel_of(unknown).controls}

    assert controls["max_completion_tokens"].spec.maximum == 777
    assert not controls["frequency_penalty"].has_effect
    assert "reasoning_effort" not in controls


def test_controls_come_as_a_piece(alice_client: Client) -> None:
    model = LanguageModelFactory.create(display_name="<b>Bold</b>")
    url = reverse("model-controls", args=[model.pk])

    piece = alice_client.get(url, {"parameter-temperature": "0.7"}).content.decode()

    assert 'name="parameter-temperature" type="number"' in piece
    assert 'value="0.7"' in piece
    assert "&lt;b&gt;Bold" in piece
    assert "Min P" in piece


def test_controls_of_another_teams_model_are_not_found(alice_client: Client, charlie: User) -> None:
    foreign = LanguageModelFactory.create(provider=ProviderFactory.create(team=charlie.teams.get()))

    assert alice_client.get(reverse("model-controls", args=[foreign.pk])).status_code == 404
