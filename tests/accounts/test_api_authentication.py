from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from accounts.models import ApiToken, Membership, Team, User, digest_of
from accounts.permissions import membership_of
from tests.factories import bearer, issue_token

pytestmark = pytest.mark.django_db


class Probe(APIView):
    """Says who asked, as a view of the API would see it."""

    def get(self, request: Request) -> Response:
        membership = membership_of(request)
        return Response({"user": membership.user.email, "team": membership.team.slug})


def ask(**headers: str) -> Response:
    request = APIRequestFactory().get("/probe", headers=headers)
    response: Response = Probe.as_view()(request)
    return response


def test_a_token_names_its_person_and_team(bob: User, team: Team) -> None:
    response = ask(**bearer(issue_token(bob, team)))

    assert response.data == {"user": "bob@example.org", "team": team.slug}


def test_a_token_takes_two_queries_when_its_use_was_just_noted(
    bob: User, team: Team, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    secret = issue_token(bob, team)
    ask(**bearer(secret))

    with django_assert_num_queries(2):
        assert ask(**bearer(secret)).status_code == 200


def test_the_word_bearer_may_be_written_in_any_case(bob: User, team: Team) -> None:
    response = ask(Authorization=f"bEARER {issue_token(bob, team)}")

    assert response.status_code == 200


@pytest.mark.parametrize(
    "credentials",
    [
        "Bearer",
        "Bearer ",
        "Bearer mmchat_unknown",
        "Bearer two words",
        "Bearer \u00e4\u00f6\u00fc",
        "Bearer " + "x" * 10_000,
        "Bearer mmchat_\x00",
        "Bearer ' OR 1=1 --",
    ],
)
def test_what_is_no_token_is_refused_with_401(credentials: str) -> None:
    response = ask(Authorization=credentials.encode().decode("latin-1"))

    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert response.data["detail"]


def test_without_a_token_the_answer_is_401_not_403() -> None:
    response = ask()

    assert response.status_code == 401


def test_the_digest_of_a_token_is_no_token(bob: User, team: Team) -> None:
    secret = issue_token(bob, team)

    assert ask(**bearer(digest_of(secret))).status_code == 401


def test_only_the_digest_of_a_token_is_stored(bob: User, team: Team) -> None:
    secret = issue_token(bob, team)

    row = ApiToken.objects.values().get()
    assert secret not in str(row)
    assert row["digest"] == digest_of(secret)


def test_an_expired_token_is_refused(bob: User, team: Team) -> None:
    secret = issue_token(bob, team, expires_at=timezone.now() - timedelta(seconds=1))

    response = ask(**bearer(secret))

    assert response.status_code == 401
    assert "expired" in response.data["detail"]


def test_the_token_of_a_switched_off_account_is_refused(bob: User, team: Team) -> None:
    secret = issue_token(bob, team)
    User.objects.filter(pk=bob.pk).update(is_active=False)

    assert ask(**bearer(secret)).status_code == 401


def test_the_token_of_a_person_who_left_the_team_is_refused(bob: User, team: Team) -> None:
    secret = issue_token(bob, team)
    Membership.objects.filter(user=bob, team=team).delete()

    response = ask(**bearer(secret))

    assert response.status_code == 401
    assert "no longer" in response.data["detail"]


def test_the_use_of_a_token_is_noted_at_most_once_a_minute(bob: User, team: Team) -> None:
    secret = issue_token(bob, team)

    ask(**bearer(secret))
    first = _last_use()
    ask(**bearer(secret))

    assert _last_use() == first

    ApiToken.objects.update(last_used_at=first - timedelta(seconds=61))
    ask(**bearer(secret))
    assert _last_use() >= first


def _last_use() -> datetime:
    used_at = ApiToken.objects.get().last_used_at
    assert used_at is not None
    return used_at
