import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from accounts.decorators import TeamRequest, team_required
from accounts.middleware import current_membership
from accounts.models import User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@team_required
def page(request: TeamRequest, number: int) -> HttpResponse:
    return HttpResponse(f"{request.membership.team.name} {number}")


def open_page(user: User | AnonymousUser) -> HttpResponse:
    def view(request: HttpRequest) -> HttpResponse:
        response = page(request, 7)
        assert isinstance(response, HttpResponse)
        return response

    request = RequestFactory().get("/comparisons/?page=2")
    request.user = user
    request.session = {}  # type: ignore[assignment]
    response = current_membership(view)(request)
    assert isinstance(response, HttpResponse)
    return response


def test_a_member_gets_the_page_with_the_team() -> None:
    assert open_page(UserFactory.create(name="Alice")).content == b"Alice's team 7"


def test_nobody_is_sent_to_sign_in_and_back_again() -> None:
    response = open_page(AnonymousUser())

    assert response.status_code == 302
    assert response["Location"] == "/accounts/login/?next=/comparisons/%3Fpage%3D2"


def test_a_person_without_a_team_is_refused(charlie: User) -> None:
    charlie.memberships.all().delete()

    with pytest.raises(PermissionDenied, match="no team"):
        open_page(charlie)
