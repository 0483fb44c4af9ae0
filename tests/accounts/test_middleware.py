import uuid

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django import DjangoAssertNumQueries

from accounts.middleware import TEAM_SESSION_KEY, RequestOfMember, current_membership
from accounts.models import Membership, Team, User
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db


def request_of(user: User | AnonymousUser, **session: object) -> RequestOfMember:
    seen: list[HttpRequest] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(request)
        return HttpResponse()

    request = RequestFactory().get("/")
    request.user = user
    request.session = session  # type: ignore[assignment]
    current_membership(view)(request)
    assert isinstance(seen[0], RequestOfMember)
    return seen[0]


def test_a_membership_costs_one_query_and_only_when_it_is_asked_for(
    alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        request = request_of(alice)

    with django_assert_num_queries(1):
        assert request.membership is not None
        assert request.membership.team.name == "Alice's team"
        assert request.membership.user.email == alice.email
        assert request.membership.can_run


def test_nobody_has_no_membership_and_costs_no_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(0):
        request = request_of(AnonymousUser())

        assert request.membership is None


def test_the_first_team_is_active_until_another_is_chosen(bob: User, team: Team) -> None:
    own = bob.teams.exclude(pk=team.pk).get()

    assert _team_of(request_of(bob)) == own
    assert _team_of(request_of(bob, **{TEAM_SESSION_KEY: str(team.pk)})) == team


@pytest.mark.parametrize("team_id", ["", "not an id", 7, None, [], str(uuid.uuid4())])
def test_a_session_with_a_team_that_is_not_ones_own_falls_back_to_the_first(
    charlie: User, team_id: object
) -> None:
    assert _team_of(request_of(charlie, **{TEAM_SESSION_KEY: team_id})) == charlie.teams.get()


def test_another_teams_id_in_the_session_opens_nothing(charlie: User, team: Team) -> None:
    found = _team_of(request_of(charlie, **{TEAM_SESSION_KEY: str(team.pk)}))

    assert found == charlie.teams.get()


def test_a_team_one_has_left_is_passed_over(bob: User, team: Team) -> None:
    Membership.objects.filter(user=bob, team=team).delete()

    assert _team_of(request_of(bob, **{TEAM_SESSION_KEY: str(team.pk)})) != team


def test_a_person_without_a_team_has_no_membership(charlie: User) -> None:
    charlie.memberships.all().delete()

    assert request_of(charlie).membership is None


def test_the_query_stays_one_for_a_person_in_many_teams(
    charlie: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    MembershipFactory.create_batch(5, user=charlie)
    request = request_of(charlie)

    with django_assert_num_queries(1):
        assert _team_of(request).name


def _team_of(request: RequestOfMember) -> Team:
    assert request.membership is not None
    return request.membership.team
