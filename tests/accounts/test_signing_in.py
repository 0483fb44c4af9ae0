import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

SIGN_UP = {
    "email": "New@Example.org",
    "password1": "a good passphrase",
    "password2": "a good passphrase",
}


def test_a_closed_portal_shows_no_sign_up_form_and_makes_no_account(
    client: Client, settings: Settings
) -> None:
    settings.OPEN_SIGN_UP = False

    page = client.get("/accounts/signup/")
    answer = client.post("/accounts/signup/", SIGN_UP)

    assert page.status_code == answer.status_code == 200
    assert b"password1" not in page.content + answer.content
    assert b"closed" in page.content.lower()
    assert not User.objects.exists()


def test_an_open_portal_makes_the_account_and_its_team(client: Client, settings: Settings) -> None:
    settings.OPEN_SIGN_UP = True

    client.post("/accounts/signup/", SIGN_UP)

    assert User.objects.get().email == "new@example.org"
    assert User.objects.get().teams.count() == 1


def test_a_person_signs_in_by_address_in_any_case(client: Client) -> None:
    UserFactory.create(email="dora@example.org", password="a good passphrase")

    response = sign_in(client, "DORA@example.org", "/comparisons/?page=2")

    assert response == "/comparisons/?page=2"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        r"/\evil.example",
        "///evil.example",
        "javascript:alert(1)",
        "http://localhost/elsewhere",
        "https://trusted.example/",
        "\thttps://evil.example/",
    ],
)
def test_signing_in_never_leads_off_the_portal(
    client: Client, settings: Settings, target: str
) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://trusted.example"]
    UserFactory.create(email="dora@example.org", password="a good passphrase")

    assert sign_in(client, "dora@example.org", target) == "/"


@pytest.mark.parametrize("email", ["dora@example.org", "nobody@example.org"])
def test_a_wrong_password_and_an_unknown_address_are_told_alike(client: Client, email: str) -> None:
    UserFactory.create(email="dora@example.org", password="a good passphrase")

    response = client.post("/accounts/login/", {"login": email, "password": "wrong"})

    assert response.status_code == 200
    assert response.context["form"].non_field_errors() == [
        "The email address and/or password you specified are not correct."
    ]


def sign_in(client: Client, email: str, target: str) -> str:
    form = {"login": email, "password": "a good passphrase", "next": target}
    response = client.post("/accounts/login/", form)
    assert response.status_code == 302
    return str(response["Location"])
