import uuid
from datetime import date

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import Team, User
from catalog.models import LanguageModel
from catalog.parameters import specs_for
from catalog.selectors import (
    ModelUnavailable,
    find_models,
    models_for_picker,
    resolve_model,
    visible_models,
)
from tests.factories import LanguageModelFactory, ProviderFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def model() -> LanguageModel:
    provider = ProviderFactory.create(slug="groq", kind="groq", name="Groq")
    return LanguageModelFactory.create(provider=provider, name="openai/gpt-oss-20b")


@pytest.fixture
def foreign(charlie: User) -> LanguageModel:
    """A model of charlie's team."""
    provider = ProviderFactory.create(slug="private", team=charlie.teams.get())
    return LanguageModelFactory.create(provider=provider, name="secret")


def message_for(team: Team, reference: str) -> str:
    with pytest.raises(ModelUnavailable) as error:
        resolve_model(team, reference)
    return str(error.value)


def test_a_model_is_found_by_id_and_by_provider_and_name(team: Team, model: LanguageModel) -> None:
    assert resolve_model(team, str(model.pk)) == model
    assert resolve_model(team, str(model.pk).upper()) == model
    assert resolve_model(team, "groq/openai/gpt-oss-20b") == model


@pytest.mark.parametrize(
    "reference",
    [
        "",
        "/",
        "groq/",
        "/openai",
        "openai/gpt-oss-20b",
        "gpt-oss",
        "GROQ/openai/gpt-oss-20b",
        "groq/openai/gpt-oss-20b ",
        "nul\0/nul\0",
        "x" * 100_000,
        str(uuid.uuid4()),
        "' OR 1=1 --/x",
        "groq/%",
    ],
    ids=lambda reference: reference[:20].replace("\0", "0"),
)
def test_an_unknown_reference_is_refused_by_name(
    team: Team, model: LanguageModel, reference: str
) -> None:
    message = message_for(team, reference)

    assert message.startswith("There is no model “")
    assert len(message) < 150


def test_another_teams_model_reads_like_one_that_does_not_exist(
    team: Team, foreign: LanguageModel
) -> None:
    assert message_for(team, "private/secret") == "There is no model “private/secret”."
    assert message_for(team, str(foreign.pk)) == f"There is no model “{foreign.pk}”."


def test_a_private_model_is_its_own_teams(charlie: User, foreign: LanguageModel) -> None:
    assert resolve_model(charlie.teams.get(), "private/secret") == foreign


def test_an_id_of_a_retired_model_is_answered_with_its_replacement(team: Team) -> None:
    assert message_for(team, "groq/mixtral-8x7b-32768") == (
        "“groq/mixtral-8x7b-32768” was retired by its provider on 20 Mar 2025."
        " Use openai/gpt-oss-120b instead."
    )
    assert "Use openai/gpt-oss-20b" in message_for(team, "llama-3.1-8b-instant")
    assert message_for(team, "groq/groq/compound").endswith("on 21 Sep 2026.")


def test_a_model_that_is_no_longer_listed_says_since_when_and_what_instead(
    team: Team, model: LanguageModel
) -> None:
    LanguageModel.objects.update(
        is_listed=False, retired_on=date(2026, 8, 16), replacement_name="openai/gpt-oss-120b"
    )

    assert message_for(team, model.full_name) == (
        "groq/openai/gpt-oss-20b is no longer offered since 16 Aug 2026."
        " Use openai/gpt-oss-120b instead."
    )


def test_a_switched_off_model_says_so(team: Team, model: LanguageModel) -> None:
    LanguageModel.objects.update(is_active=False)

    assert message_for(team, model.full_name) == "groq/openai/gpt-oss-20b is switched off."


def test_a_switched_off_provider_switches_its_models_off(team: Team, model: LanguageModel) -> None:
    model.provider.is_active = False
    model.provider.save()

    assert message_for(team, model.full_name) == "groq/openai/gpt-oss-20b is switched off."


def test_a_provider_without_a_key_gives_its_reason(team: Team, model: LanguageModel) -> None:
    model.provider.unavailable_reason = "No key is set (GROQ_API_KEY)."
    model.provider.save()

    assert message_for(team, model.full_name) == (
        "groq/openai/gpt-oss-20b cannot be used now. No key is set (GROQ_API_KEY)."
    )


def test_many_references_take_one_query(
    team: Team,
    model: LanguageModel,
    foreign: LanguageModel,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    others = LanguageModelFactory.create_batch(5)
    references = [model.full_name, *(str(other.pk) for other in others), "private/secret", "x"]

    with django_assert_num_queries(1):
        found = find_models(team, [*references, *references])

    assert list(found) == references
    assert [found[reference] for reference in references[:6]] == [model, *others]
    assert all(isinstance(found[reference], ModelUnavailable) for reference in references[6:])


def test_no_reference_finds_nothing(team: Team) -> None:
    assert find_models(team, []) == {}


def test_the_picker_shows_what_the_team_can_use_in_one_query(
    team: Team,
    model: LanguageModel,
    foreign: LanguageModel,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    LanguageModelFactory.create(is_active=False)
    LanguageModelFactory.create(is_listed=False)
    LanguageModelFactory.create(provider__is_active=False)
    LanguageModelFactory.create(provider__unavailable_reason="No key.")
    own = LanguageModelFactory.create(provider__team=team)

    with django_assert_num_queries(1):
        shown = list(models_for_picker(team))
        for each in shown:
            assert each.full_name
            assert each.is_usable
            assert specs_for(each)

    assert set(shown) == {model, own}


def test_usable_and_unusable_are_all_there_is(team: Team, model: LanguageModel) -> None:
    LanguageModelFactory.create(is_active=False)
    LanguageModelFactory.create(is_listed=False)
    LanguageModelFactory.create(provider__is_active=False)
    LanguageModelFactory.create(provider__unavailable_reason="No key.")

    every = visible_models(team)
    assert every.usable().count() == 1
    assert every.unusable().count() == 4
    assert {each for each in every if each.is_usable} == set(every.usable())
