from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import ApiToken, Team, User, digest_of

pytestmark = pytest.mark.django_db


def token(*arguments: str) -> tuple[str, str]:
    """Run the command; return what it wrote to stdout and stderr."""
    out, err = StringIO(), StringIO()
    call_command("token", *arguments, stdout=out, stderr=err, no_color=True)
    return out.getvalue(), err.getvalue()


def test_the_token_stands_alone_on_stdout_and_works(bob: User) -> None:
    out, err = token("Bob@example.org")

    made = ApiToken.objects.get(digest=digest_of(out.strip()))
    assert out == f"{out.strip()}\n"
    assert made.user == bob
    assert made.scopes == ["read", "run"]
    assert "bob@example.org" in err
    assert out.strip() not in err


def test_team_scopes_name_and_days_can_be_chosen(bob: User, team: Team) -> None:
    token(bob.email, "--team", team.slug, "--scope", "read", "--name", "nightly", "--days", "3")

    made = ApiToken.objects.get()
    assert (made.team, made.scopes, made.name) == (team, ["read"], "nightly")
    assert made.expires_at is not None
    assert abs(made.expires_at - timezone.now() - timedelta(days=3)) < timedelta(minutes=1)


def test_without_a_team_the_persons_first_one_is_taken_and_named(bob: User, team: Team) -> None:
    _, err = token(bob.email)

    first = bob.teams.exclude(pk=team.pk).get()
    assert ApiToken.objects.get().team == first
    assert first.slug in err


def test_a_token_lasts_a_year_unless_said_otherwise(bob: User) -> None:
    token(bob.email)
    token(bob.email, "--days", "0")

    for_ever, a_year = ApiToken.objects.order_by("-created_at")
    assert for_ever.expires_at is None
    assert a_year.expires_at is not None
    assert abs(a_year.expires_at - timezone.now() - timedelta(days=365)) < timedelta(minutes=1)


def test_a_viewer_is_told_that_the_token_only_reads(victor: User, team: Team) -> None:
    _, err = token(victor.email, "--team", team.slug)

    assert "only read" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nobody@example.org"], "There is no account with the e-mail address nobody@"),
        (["charlie@example.org", "--team", "elsewhere"], "no team with the slug elsewhere"),
        (["charlie@example.org", "--scope", "root"], "invalid choice"),
        (["charlie@example.org", "--days", "-1"], "--days must be from 0"),
        (["charlie@example.org", "--days", "many"], "invalid int value"),
        (["charlie@example.org", "--name", "n" * 101], "at most 100"),
    ],
)
def test_a_mistake_gets_one_clear_line_and_no_token(
    charlie: User, arguments: list[str], message: str
) -> None:
    with pytest.raises(CommandError, match=message) as error:
        token(*arguments)

    assert "\n" not in str(error.value)
    assert not ApiToken.objects.exists()


def test_another_persons_team_is_refused(charlie: User, team: Team) -> None:
    with pytest.raises(CommandError, match="is in no team with the slug"):
        token(charlie.email, "--team", team.slug)


def test_a_switched_off_account_gets_no_token(bob: User) -> None:
    User.objects.update(is_active=False)

    with pytest.raises(CommandError, match="switched off"):
        token(bob.email)


def test_a_person_without_a_team_gets_no_token(charlie: User) -> None:
    charlie.memberships.all().delete()

    with pytest.raises(CommandError, match="is in no team"):
        token(charlie.email)
