"""A person with a browser's session, and a program with that person's token."""

import re
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from tests.fixtures.portals import Portal

_CSRF_FIELD = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Run:
    """A run that was started; its prompt is like no other's, so the provider's calls tell it."""

    id: str
    prompt: str


@dataclass(frozen=True, slots=True)
class Client:
    portal: Portal
    session_cookie: str
    http: httpx.Client

    def start_run(self, models: Sequence[str]) -> Run:
        """Ask `models`, ids of the provider called `groq`."""
        prompt = f"What does a lease do? ({uuid.uuid4().hex[:8]})"
        body = {"prompt": prompt, "models": [{"model": f"groq/{model}"} for model in models]}
        answer = self.http.post("/api/v1/comparisons/", json=body)
        assert answer.status_code == 201, answer.text
        return Run(answer.json()["id"], prompt)

    def knows(self, models: Sequence[str]) -> bool:
        """Whether the catalogue has all of `models`, as it does soon after the start."""
        listed = self.http.get("/api/v1/models/", params={"page_size": 200}).json()["results"]
        return set(models) <= {model["name"] for model in listed}


@contextmanager
def signed_in(portal: Portal) -> Iterator[Client]:
    """Sign in through the form, for the cookie that sockets need."""
    # A connection of its own for each call: a killed server leaves broken ones behind.
    limits = httpx.Limits(max_keepalive_connections=0)
    with httpx.Client(base_url=portal.url, limits=limits, timeout=30) as browser:
        page = browser.get("/accounts/login/")
        field = _CSRF_FIELD.search(page.text)
        assert field is not None
        form = {
            "login": portal.email,
            "password": portal.password,
            "csrfmiddlewaretoken": field[1],
        }
        answer = browser.post("/accounts/login/", data=form)
        assert answer.status_code == 302, answer.text
        cookie = browser.cookies["sessionid"]
    with httpx.Client(
        base_url=portal.url, limits=limits, timeout=30, headers=portal.headers
    ) as http:
        yield Client(portal, cookie, http)
