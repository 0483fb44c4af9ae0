import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory, force_authenticate
from rest_framework.views import APIView

from accounts.middleware import TEAM_SESSION_KEY, current_membership
from accounts.models import Team, User
from accounts.permissions import membership_of
from tests.factories import bearer, issue_token

pytestmark = pytest.mark.django_db


class Probe(APIView):
    def get(self, request: Request) -> Response:
        return Response({"team": membership_of(request).team.slug})

    def post(self, request: Request) -> Response:
        return Response({"team": membership_of(request).team.slug}, status=201)


def by_token(user: User, team: Team, method: str, scopes: list[str]) -> Response:
    headers = bearer(issue_token(user, team, scopes=scopes))
    request = APIRequestFactory().generic(method, "/probe", headers=headers)
    response: Response = Probe.as_view()(request)
    return response


def by_session(user: User, team: Team, method: str) -> Response:
    def view(request: HttpRequest) -> HttpResponse:
        force_authenticate(request, user)
        response: Response = Probe.as_view()(request)
        return response

    request = APIRequestFactory().generic(method, "/probe")
    request.user = user
    request.session = {TEAM_SESSION_KEY: str(team.pk)}  # type: ignore[assignment]
    response = current_membership(view)(request)
    assert isinstance(response, Response)
    return response


@pytest.mark.parametrize(
    ("method", "scopes", "status"),
    [
        ("GET", ["read"], 200),
        ("GET", ["run"], 403),
        ("GET", [], 403),
        ("POST", ["run"], 201),
        ("POST", ["read"], 403),
        ("POST", ["read", "run"], 201),
        ("OPTIONS", ["run"], 403),
    ],
)
def test_a_token_does_what_its_scopes_allow(
    bob: User, team: Team, method: str, scopes: list[str], status: int
) -> None:
    response = by_token(bob, team, method, scopes)

    assert response.status_code == status
    if status == 403:
        assert "scope" in response.data["detail"]


def test_a_viewer_reads_but_does_not_run(victor: User, team: Team) -> None:
    scopes = ["read", "run"]

    assert by_token(victor, team, "GET", scopes).status_code == 200
    refused = by_token(victor, team, "POST", scopes)

    assert refused.status_code == 403
    assert "Viewers" in refused.data["detail"]


def test_a_session_acts_in_its_team(bob: User, victor: User, team: Team) -> None:
    assert by_session(bob, team, "POST").data == {"team": team.slug}
    assert by_session(victor, team, "GET").data == {"team": team.slug}
    assert by_session(victor, team, "POST").status_code == 403


def test_an_outsiders_session_ends_up_in_their_own_team(charlie: User, team: Team) -> None:
    response = by_session(charlie, team, "GET")

    assert response.data == {"team": charlie.teams.get().slug}


def test_a_person_without_a_team_is_refused(charlie: User, team: Team) -> None:
    charlie.memberships.all().delete()

    response = by_session(charlie, team, "GET")

    assert response.status_code == 403
    assert "no team" in response.data["detail"]


def test_asking_for_a_membership_without_the_permission_is_a_fault_of_the_view() -> None:
    request = APIRequestFactory().get("/probe")
    request.user = AnonymousUser()

    with pytest.raises(LookupError, match="TeamPermission"):
        membership_of(Request(request))
