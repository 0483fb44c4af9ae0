"""The pages of presets."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import Membership, Team, User
from catalog.models import LanguageModel, Preset
from catalog.services.presets import PresetValues, create_preset
from tests.factories import LanguageModelFactory

URL = "/presets/"


@pytest.fixture
def member(bob: User, team: Team) -> Membership:
    return Membership.objects.get(user=bob, team=team)


@pytest.fixture
def model(db: None) -> LanguageModel:
    return LanguageModelFactory.create()


@pytest.fixture
def preset(member: Membership, model: LanguageModel) -> Preset:
    values = PresetValues("Terse <b>", model=model, parameters={"temperature": 0.2}, is_shared=True)
    return create_preset(member, values)


def file_of(text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("presets.json", text.encode(), "application/json")


def test_a_preset_is_made_and_changed(bob_client: Client, model: LanguageModel) -> None:
    form = {"name": "Terse", "model": str(model.pk), "parameter-temperature": "0.2"}

    bob_client.post(reverse("preset-new"), form)
    preset = Preset.objects.get()
    page = bob_client.get(reverse("preset", args=[preset.pk])).content.decode()
    bob_client.post(
        reverse("preset", args=[preset.pk]), form | {"parameter-temperature": "", "shared": "true"}
    )

    assert 'value="0.2"' in page
    preset.refresh_from_db()
    assert (preset.parameters, preset.is_shared, preset.model) == ({}, True, model)


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"name": ""}, "Give the preset a name."),
        ({"model": "x"}, "There is no model"),
        ({"parameter-temperature": "9"}, "temperature must be a number from 0 to 2"),
        ({"model": "", "parameter-temperature": "1"}, "Choose the model"),
    ],
)
def test_a_bad_form_says_why_and_keeps_what_was_typed(
    bob_client: Client, model: LanguageModel, form: dict[str, str], told: str
) -> None:
    whole = {"name": "Terse", "model": str(model.pk), "system": "Kept text."} | form

    response = bob_client.post(reverse("preset-new"), whole)

    assert response.status_code == 422
    assert told in response.content.decode()
    assert "Kept text." in response.content.decode()
    assert not Preset.objects.exists()


def test_parameters_for_any_model_survive_the_form(bob_client: Client, member: Membership) -> None:
    preset = create_preset(member, PresetValues("Any", parameters={"temperature": 1}))

    bob_client.post(reverse("preset", args=[preset.pk]), {"name": "Any model"})

    preset.refresh_from_db()
    assert (preset.name, preset.parameters) == ("Any model", {"temperature": 1})


def test_the_list_shows_presets_safely_and_in_few_queries(
    bob_client: Client,
    preset: Preset,
    member: Membership,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(10):
        create_preset(member, PresetValues(f"Preset {number}"))

    with django_assert_max_num_queries(7):
        page = bob_client.get(URL).content.decode()

    assert "Terse &lt;b&gt;" in page
    assert "temperature 0.2" in page


def test_the_list_is_searched(bob_client: Client, preset: Preset, member: Membership) -> None:
    create_preset(member, PresetValues("Wild"))

    assert "Wild" not in bob_client.get(URL, {"q": "terse"}).content.decode()
    assert "Nothing matches" in bob_client.get(URL, {"q": "nobody"}).content.decode()


def test_a_preset_is_liked_copied_deleted_and_brought_back(
    bob_client: Client, preset: Preset
) -> None:
    ids = [preset.pk]
    bob_client.post(reverse("preset-favourite", args=ids), {"favourite": "true"})
    assert preset.favourites.count() == 1
    bob_client.post(reverse("preset-favourite", args=ids), {"favourite": "false"})
    assert preset.favourites.count() == 0
    bob_client.post(reverse("preset-duplicate", args=ids))
    deleted = bob_client.post(reverse("preset-delete", args=ids), follow=True)
    bob_client.post(reverse("preset-restore", args=ids))

    assert "is deleted" in deleted.content.decode()
    assert set(Preset.objects.values_list("name", flat=True)) == {"Terse <b>", "Terse <b> (2)"}
    preset.refresh_from_db()
    assert preset.deleted_at is None


def test_a_name_that_was_taken_meanwhile_is_said_when_bringing_back(
    bob_client: Client, preset: Preset, member: Membership
) -> None:
    bob_client.post(reverse("preset-delete", args=[preset.pk]))
    create_preset(member, PresetValues(preset.name))

    response = bob_client.post(reverse("preset-restore", args=[preset.pk]))

    assert response.status_code == 422
    assert "already" in response.content.decode()


def test_presets_go_out_and_come_in_as_a_file(bob_client: Client, preset: Preset) -> None:
    file = bob_client.get(reverse("preset-export")).content.decode()

    imported = bob_client.post(reverse("preset-import"), {"file": file_of(file)})
    bad = bob_client.post(reverse("preset-import"), {"file": file_of("{")})
    none = bob_client.post(reverse("preset-import"))

    assert json.loads(file)["presets"][0]["name"] == "Terse <b>"
    assert imported.status_code == 302
    assert Preset.objects.count() == 2
    assert (bad.status_code, none.status_code) == (422, 422)
    assert "not JSON" in bad.content.decode()
    assert "Choose a file" in none.content.decode()


def test_viewers_use_presets_and_make_none(
    victor_client: Client, preset: Preset, model: LanguageModel
) -> None:
    assert victor_client.get(URL).status_code == 200
    assert victor_client.get(reverse("preset", args=[preset.pk])).status_code == 200
    made = victor_client.post(reverse("preset-new"), {"name": "Mine"})
    changed = victor_client.post(reverse("preset", args=[preset.pk]), {"name": "Mine"})
    assert (made.status_code, changed.status_code) == (422, 422)
    for name in ("preset-duplicate", "preset-delete"):
        assert victor_client.post(reverse(name, args=[preset.pk])).status_code == 403
    file = file_of('{"version": 1, "presets": [{"name": "a"}]}')
    assert victor_client.post(reverse("preset-import"), {"file": file}).status_code == 403
    assert victor_client.post(reverse("preset-restore", args=[preset.pk])).status_code == 404
    assert Preset.objects.count() == 1


def test_outsiders_find_nothing(charlie_client: Client, preset: Preset) -> None:
    assert "Terse" not in charlie_client.get(URL).content.decode()
    assert charlie_client.get(reverse("preset", args=[preset.pk])).status_code == 404
    for name in ("preset-duplicate", "preset-delete", "preset-restore", "preset-favourite"):
        assert charlie_client.post(reverse(name, args=[preset.pk])).status_code == 404


def test_a_chat_begins_with_a_preset(bob_client: Client, preset: Preset) -> None:
    page = bob_client.get("/chats/new/", {"preset": str(preset.pk)}).content.decode()

    assert "With the preset" in page
    assert 'value="0.2"' in page


def test_what_of_a_preset_does_not_fit_is_said_and_the_rest_set(
    bob_client: Client, preset: Preset
) -> None:
    preset.parameters = {"temperature": 0.2, "top_p": 0.35}
    preset.save()
    other = LanguageModelFactory.create(parameter_overrides={"temperature": {"support": "refused"}})

    query = {"preset": str(preset.pk), "model": str(other.pk)}
    page = bob_client.get("/chats/new/", query).content.decode()

    assert f"temperature is not supported by {other.name}." in page
    assert 'value="0.35"' in page
