import pytest
from django.test import Client

from accounts.models import ApiToken, Role, Team, User
from tests.factories import issue_token

pytestmark = pytest.mark.django_db


def test_an_admin_adds_a_person_by_address(admin_client: Client) -> None:
    form = {
        "email": "New@Example.org",
        "name": "New",
        "usable_password": "true",
        "password1": "a good passphrase",
        "password2": "a good passphrase",
    }

    response = admin_client.post("/admin/accounts/user/add/", form)

    user = User.objects.get(email="new@example.org")
    assert response.status_code == 302
    assert user.check_password("a good passphrase")
    assert user.teams.get().name == "New's team"


def test_an_address_that_is_taken_in_another_case_is_refused(
    admin_client: Client, alice: User
) -> None:
    form = {
        "email": "ALICE@example.org",
        "usable_password": "false",
    }

    response = admin_client.post("/admin/accounts/user/add/", form)

    assert response.status_code == 200
    assert response.context["adminform"].form.errors
    assert User.objects.filter(email__iexact=alice.email).count() == 1


@pytest.mark.parametrize("name", ["user", "team", "apitoken"])
def test_lists_and_searches_open(admin_client: Client, bob: User, team: Team, name: str) -> None:
    issue_token(bob, team)

    assert admin_client.get(f"/admin/accounts/{name}/").status_code == 200
    assert admin_client.get(f"/admin/accounts/{name}/?q=bob").status_code == 200


def test_the_pages_of_a_person_and_a_team_open(admin_client: Client, bob: User, team: Team) -> None:
    person = admin_client.get(f"/admin/accounts/user/{bob.pk}/change/")
    team_page = admin_client.get(f"/admin/accounts/team/{team.pk}/change/")

    assert person.status_code == team_page.status_code == 200


def test_an_admin_changes_a_role_in_the_team(admin_client: Client, bob: User, team: Team) -> None:
    page = admin_client.get(f"/admin/accounts/team/{team.pk}/change/")
    form = _values_of(page.context["adminform"].form, page.context["inline_admin_formsets"])
    prefix = next(name[: -len("-user")] for name, value in form.items() if value == bob.pk)

    response = admin_client.post(
        f"/admin/accounts/team/{team.pk}/change/", form | {f"{prefix}-role": Role.ADMIN}
    )

    assert response.status_code == 302
    assert bob.memberships.get(team=team).role == Role.ADMIN


def test_tokens_are_neither_made_nor_changed_here_and_show_no_digest(
    admin_client: Client, bob: User, team: Team
) -> None:
    issue_token(bob, team)
    made = ApiToken.objects.get()
    address = f"/admin/accounts/apitoken/{made.pk}/change/"

    page = admin_client.get(address)

    assert made.digest not in page.content.decode()
    assert admin_client.post(address, {"name": "x"}).status_code == 403
    assert admin_client.get("/admin/accounts/apitoken/add/").status_code == 403


def test_an_admin_revokes_a_token(admin_client: Client, bob: User, team: Team) -> None:
    issue_token(bob, team)
    made = ApiToken.objects.get()

    admin_client.post(f"/admin/accounts/apitoken/{made.pk}/delete/", {"post": "yes"})

    assert not ApiToken.objects.exists()


def test_a_member_does_not_enter_the_admin(bob_client: Client) -> None:
    response = bob_client.get("/admin/accounts/user/")

    assert response.status_code == 302


def _values_of(form: object, formsets: object) -> dict[str, object]:
    """What a browser would send back unchanged."""
    forms = [form]
    for wrapper in formsets:  # type: ignore[attr-defined]
        forms += [wrapper.formset.management_form, *wrapper.formset.initial_forms]
    values: dict[str, object] = {}
    for each in forms:
        for bound in each:  # type: ignore[attr-defined]
            value = bound.value()
            values[bound.html_name] = "" if value is None else value
    return values
