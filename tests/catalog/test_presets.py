"""Presets: kept, shared, fitted, copied to files and back."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from accounts.models import Membership, Role, Team, User
from catalog.models import LanguageModel, Preset
from catalog.services import presets as services
from catalog.services.preset_files import InvalidFile, export_presets, import_presets
from catalog.services.presets import InvalidPreset, NotYours, PresetValues, fit_preset
from tests.factories import LanguageModelFactory

URL = "/api/v1/presets/"


@pytest.fixture
def owner(alice: User, team: Team) -> Membership:
    return Membership.objects.get(user=alice, team=team)


@pytest.fixture
def member(bob: User, team: Team) -> Membership:
    return Membership.objects.get(user=bob, team=team)


@pytest.fixture
def model(db: None) -> LanguageModel:
    return LanguageModelFactory.create()


@pytest.fixture
def shared(member: Membership, model: LanguageModel) -> Preset:
    return services.create_preset(
        member,
        PresetValues("Terse", model=model, parameters={"temperature": 0.2}, is_shared=True),
    )


@pytest.fixture
def private(member: Membership) -> Preset:
    return services.create_preset(member, PresetValues("Mine", system="Be kind."))


@pytest.mark.parametrize(
    ("values", "field"),
    [
        (PresetValues(" "), "name"),
        (PresetValues("x" * 101), "name"),
        (PresetValues("nul \0"), "name"),
        (PresetValues("A", description="x" * 1001), "description"),
        (PresetValues("A", system="x" * 400_001), "system"),
        (PresetValues("A", parameters={"temperature": 3}), "parameters"),
        (PresetValues("A", parameters={"temperature": float("nan")}), "parameters"),
        (PresetValues("A", parameters={"wit": 1}), "parameters"),
        (PresetValues("A", parameters={"stop": [""]}), "parameters"),
    ],
)
def test_what_cannot_be_kept_is_named(owner: Membership, values: PresetValues, field: str) -> None:
    with pytest.raises(InvalidPreset) as refused:
        services.create_preset(owner, values)

    assert set(refused.value.errors) == {field}
    assert not Preset.objects.exists()


def test_two_presets_of_a_person_have_two_names(member: Membership, private: Preset) -> None:
    with pytest.raises(InvalidPreset) as refused:
        services.create_preset(member, PresetValues("Mine"))

    assert "already" in refused.value.errors["name"][0]


def test_a_deleted_name_is_free_and_bringing_it_back_says_so(
    member: Membership, private: Preset
) -> None:
    services.delete_preset(member, private)
    services.create_preset(member, PresetValues("Mine"))

    with pytest.raises(InvalidPreset):
        services.restore_preset(member, private)


def test_copies_are_private_and_get_a_free_name(member: Membership, shared: Preset) -> None:
    first = services.duplicate_preset(member, shared)
    second = services.duplicate_preset(member, shared)

    assert (first.name, second.name) == ("Terse (2)", "Terse (3)")
    assert not first.is_shared
    assert first.parameters == shared.parameters


def test_who_may_change_a_preset(
    owner: Membership, member: Membership, shared: Preset, private: Preset
) -> None:
    viewer = Membership(team=owner.team, user=member.user, role=Role.VIEWER)

    services.check_may_change(member, private)
    services.check_may_change(owner, shared)
    for asker, preset in ((owner, private), (viewer, private), (viewer, shared)):
        with pytest.raises(NotYours):
            services.check_may_change(asker, preset)


def test_what_does_not_fit_a_model_is_said_and_the_rest_kept(shared: Preset) -> None:
    refusing = LanguageModelFactory.create(
        parameter_overrides={"temperature": {"support": "refused"}}
    )
    shared.parameters = {"temperature": 0.2, "top_p": 0.5}

    fit = fit_preset(shared, refusing)

    assert fit.parameters == {"top_p": 0.5}
    assert fit.refused == {"temperature": [f"temperature is not supported by {refusing.name}."]}


names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40).filter(
    lambda name: bool(name.strip())
)
entries = st.lists(
    st.fixed_dictionaries(
        {
            "name": names.map(str.strip),
            "description": st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40),
            "system": st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40),
            "shared": st.booleans(),
            "parameters": st.fixed_dictionaries(
                {},
                optional={
                    "temperature": st.floats(0, 2),
                    "seed": st.integers(0, 2**31 - 1),
                    "stop": st.lists(st.sampled_from(["a", "\n", "漢"]), min_size=1, max_size=4),
                },
            ),
        }
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda entry: entry["name"],
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(entries)
def test_a_file_brings_back_exactly_what_was_exported(
    owner: Membership, entries: list[dict[str, object]]
) -> None:
    Preset.objects.all().delete()
    text = json.dumps({"version": 1, "presets": entries})

    made = import_presets(owner, text)

    assert export_presets(made) == json.loads(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "must be an object"),
        ('{"version": 2, "presets": [{}]}', "version must be 1"),
        ('{"version": 1, "presets": {}}', "must be a list"),
        ('{"version": 1, "presets": []}', "at least one"),
        ('{"version": 1, "presets": [7]}', "Preset 1: it must be an object"),
        ('{"version": 1, "presets": [{"colour": 1}]}', "“colour” is not a field"),
        ('{"version": 1, "presets": [{}]}', "has no name"),
        ('{"version": 1, "presets": [{"name": 7}]}', "name must be a text"),
        ('{"version": 1, "presets": [{"name": "a", "shared": 1}]}', "true or false"),
        (
            '{"version": 1, "presets": [{"name": "b", "parameters": {"temperature": 9}}]}',
            "Preset 1, parameters: temperature must be a number from 0 to 2",
        ),
        ('{"version": 1, "presets": [' + '{"name": "a"},' * 500 + '{"name": "a"}]}', "At most 500"),
        ("x" * 1_000_001, "larger than"),
    ],
)
def test_a_bad_file_says_everything_and_imports_nothing(
    owner: Membership, text: str, told: str
) -> None:
    with pytest.raises(InvalidFile) as refused:
        import_presets(owner, text)

    assert told in " ".join(refused.value.problems)
    assert not Preset.objects.exists()


def test_names_that_are_taken_get_a_number(member: Membership, private: Preset) -> None:
    file = json.dumps({"version": 1, "presets": [{"name": "Mine"}, {"name": "Mine"}]})

    made = import_presets(member, file)

    assert [preset.name for preset in made] == ["Mine (2)", "Mine (3)"]


def test_a_preset_is_made_changed_and_deleted(bob_api: APIClient, model: LanguageModel) -> None:
    body = {"name": "Terse", "model": model.full_name, "parameters": {"temperature": 0.2}}

    made = bob_api.post(URL, body)
    url = f"{URL}{made.data['id']}/"
    changed = bob_api.patch(url, {"parameters": {"top_p": 0.5}, "shared": True})
    deleted = bob_api.delete(url)

    assert made.status_code == 201
    assert changed.data["parameters"] == {"top_p": 0.5}
    assert (changed.data["name"], changed.data["model"]["id"]) == ("Terse", str(model.pk))
    assert deleted.status_code == 204
    assert bob_api.get(url).status_code == 404
    assert bob_api.post(f"{url}restore/").status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "A", "parameters": {"temperature": "hot"}}, "parameters"),
        ({"name": "A", "model": "nobody/nothing"}, "model"),
        ({"name": "A", "colour": 1}, "colour"),
    ],
)
def test_a_bad_preset_is_refused_by_field(
    bob_api: APIClient, body: dict[str, object], field: str
) -> None:
    response = bob_api.post(URL, body)

    assert response.status_code == 400
    assert field in response.json()["errors"]


def test_favourites_come_first_for_who_likes_them(
    alice_api: APIClient, bob_api: APIClient, member: Membership, shared: Preset
) -> None:
    services.create_preset(member, PresetValues("Aardvark", is_shared=True))
    assert alice_api.put(f"{URL}{shared.pk}/favourite/").status_code == 204

    liked = [each["name"] for each in alice_api.get(URL).data["results"]]
    other = [each["name"] for each in bob_api.get(URL).data["results"]]
    alice_api.delete(f"{URL}{shared.pk}/favourite/")

    assert liked == ["Terse", "Aardvark"]
    assert other == ["Aardvark", "Terse"]
    assert not shared.favourites.exists()


def test_others_see_what_is_shared_and_outsiders_nothing(
    alice_api: APIClient,
    victor_api: APIClient,
    charlie_api: APIClient,
    shared: Preset,
    private: Preset,
) -> None:
    assert alice_api.get(f"{URL}{private.pk}/").status_code == 404
    assert alice_api.get(f"{URL}{shared.pk}/").status_code == 200
    assert victor_api.get(f"{URL}{shared.pk}/").status_code == 200
    assert victor_api.patch(f"{URL}{shared.pk}/", {"name": "B"}).status_code == 403
    assert alice_api.patch(f"{URL}{shared.pk}/", {"name": "B"}).status_code == 200
    calls = [
        ("get", f"{URL}{shared.pk}/"),
        ("patch", f"{URL}{shared.pk}/"),
        ("delete", f"{URL}{shared.pk}/"),
        ("post", f"{URL}{shared.pk}/duplicate/"),
        ("post", f"{URL}{shared.pk}/restore/"),
        ("put", f"{URL}{shared.pk}/favourite/"),
    ]
    for method, url in calls:
        assert getattr(charlie_api, method)(url).status_code == 404


def test_a_member_may_not_change_anothers_shared_preset(
    bob_api: APIClient, owner: Membership
) -> None:
    preset = services.create_preset(owner, PresetValues("House style", is_shared=True))

    assert bob_api.patch(f"{URL}{preset.pk}/", {"name": "Mine"}).status_code == 403
    assert bob_api.delete(f"{URL}{preset.pk}/").status_code == 403
    assert bob_api.post(f"{URL}{preset.pk}/duplicate/").status_code == 201


def test_presets_go_from_one_team_to_another_as_a_file(
    bob_api: APIClient, charlie_api: APIClient, shared: Preset, private: Preset
) -> None:
    file = bob_api.get(f"{URL}export/").json()

    made = charlie_api.post(f"{URL}import/", file)
    refused = charlie_api.post(f"{URL}import/", {"version": 9})

    assert made.status_code == 201
    assert {each["name"] for each in made.data} == {"Mine", "Terse"}
    assert refused.status_code == 400
    assert "file" in refused.json()["errors"]
