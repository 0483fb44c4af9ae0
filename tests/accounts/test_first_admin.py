from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User

pytestmark = pytest.mark.django_db


def first_admin() -> str:
    out = StringIO()
    call_command("first_admin", stdout=out, no_color=True)
    return out.getvalue()


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ADMIN_EMAIL", raising=False)
    monkeypatch.delenv("ADMIN_PASSWORD", raising=False)


def test_the_printed_password_opens_the_admin(client: Client) -> None:
    printed = first_admin()

    password = printed.split()[-1]
    form = {"login": "admin@example.com", "password": password, "next": "/admin/"}
    response = client.post("/accounts/login/", form)
    assert "admin@example.com" in printed
    assert response["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200
    assert User.objects.get().is_superuser


def test_address_and_password_come_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ADMIN_EMAIL", "Root@Example.org")
    monkeypatch.setenv("ADMIN_PASSWORD", "correct horse battery")

    printed = first_admin()

    user = User.objects.get()
    assert user.email == "root@example.org"
    assert user.check_password("correct horse battery")
    assert "correct horse" not in printed
    assert "ADMIN_PASSWORD" in printed


def test_the_first_admin_can_sign_in_where_addresses_must_be_verified() -> None:
    first_admin()

    address = EmailAddress.objects.get(user=User.objects.get())
    assert address.verified
    assert address.primary


def test_run_again_it_changes_nothing_and_says_so_in_one_line() -> None:
    first_admin()
    before = User.objects.values().get()

    printed = first_admin()

    assert printed.count("\n") == 1
    assert "admin@example.com" in printed
    assert User.objects.values().get() == before


def test_without_an_administrator_among_the_accounts_it_says_how_to_make_one(
    charlie: User,
) -> None:
    assert "createsuperuser" in first_admin()
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("ADMIN_EMAIL", "not an address", "ADMIN_EMAIL is not an e-mail address"),
        ("ADMIN_PASSWORD", "12345", "ADMIN_PASSWORD will not do"),
    ],
)
def test_a_bad_setting_gets_one_line_and_makes_no_account(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(CommandError, match=message) as error:
        first_admin()

    assert "\n" not in str(error.value)
    assert not User.objects.exists()
