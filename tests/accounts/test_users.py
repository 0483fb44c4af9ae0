import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.models import Role, User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_a_first_team_is_made_with_the_account() -> None:
    user = User.objects.create_user("Dora@Example.org", "a good passphrase")

    membership = user.memberships.get()
    assert user.email == "dora@example.org"
    assert membership.role == Role.OWNER
    assert membership.team.name == "dora's team"
    assert membership.can_administer


def test_saving_an_account_again_makes_no_second_team() -> None:
    user = UserFactory.create()

    user.name = "Dora"
    user.save()

    assert user.teams.count() == 1


def test_a_very_long_name_still_fits_its_team() -> None:
    user = UserFactory.create(name="n" * 150)

    assert len(user.teams.get().name) <= 100


def test_two_people_of_one_name_get_teams_of_different_slugs() -> None:
    slugs = {UserFactory.create(name="Kim").teams.get().slug for _ in range(3)}

    assert len(slugs) == 3


def test_an_address_in_another_case_is_the_same_account() -> None:
    UserFactory.create(email="dora@example.org")
    twin = User(email="DORA@example.org")

    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()


def test_the_form_check_of_an_account_lowers_the_address_and_finds_its_twin() -> None:
    UserFactory.create(email="dora@example.org")
    twin = User(email="DORA@example.org", password="!")

    with pytest.raises(ValidationError, match="already exists"):
        twin.full_clean()

    assert twin.email == "dora@example.org"


def test_an_account_needs_an_address() -> None:
    with pytest.raises(ValueError, match="e-mail"):
        User.objects.create_user("")


def test_passwords_are_hashed_with_argon2() -> None:
    user = User.objects.create_user("dora@example.org", "a good passphrase")

    assert user.password.startswith("argon2")
