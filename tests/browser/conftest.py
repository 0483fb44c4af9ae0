"""A portal with models for pages to show, people's pages signed in to it, and runs to look at."""

import json
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, StorageState

from tests.fixtures.browser import Watch, sign_in
from tests.fixtures.portals import Portal, run_embedded_portal
from tests.provider.server import RunningProvider

SLOW = "sim:style=steady,ttft=100,tps=60"
LETTERS_OF_THE_WORLD = "sim:style=unicode,ttft=50,tps=60,tokens=160"
THINKING = "sim:style=terse,ttft=50,tps=60,reasoning=40"
ENDLESS = "sim:tokens=60,tps=30,fault=hang,at=50"
REFUSED = "sim-unauthorized"
LIMITED_ONCE = "sim:style=terse,fault=rate-limit,retry-after=2,fail-first=1"
LISTED = (SLOW, LETTERS_OF_THE_WORLD, THINKING, ENDLESS, REFUSED, LIMITED_ONCE)


@dataclass(frozen=True, slots=True)
class Pages:
    """A portal whose `openai` provider lists the models of this folder's tests."""

    portal: Portal

    def call(self, method: str, path: str, body: object = None) -> Any:
        """Ask the API, as the person whose pages are shown."""
        request = urllib.request.Request(
            f"{self.portal.url}/api/v1/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={**self.portal.headers, "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.loads(response.read() or "null")

    def start_run(self, models: Sequence[str], prompt: str = "What is a lease?") -> str:
        """Start a run of models given as `provider/name`; a bare id is one of `LISTED`."""
        references = [model if "/" in model else f"openai/{model}" for model in models]
        body = {"prompt": prompt, "models": [{"model": reference} for reference in references]}
        run_id: str = self.call("POST", "comparisons/", body)["id"]
        return run_id

    def stop_run(self, run_id: str) -> None:
        self.call("POST", f"comparisons/{run_id}/cancel/")

    def delete_run(self, run_id: str) -> None:
        program = "from comparisons.models import ComparisonRun as Run; "
        self.portal.manage("shell", "-c", f"{program}Run.objects.filter(pk='{run_id}').delete()")

    def texts(self, run_id: str) -> list[str]:
        return [each["text"] for each in self.call("GET", f"comparisons/{run_id}/")["generations"]]

    def url(self, path: str) -> str:
        return f"{self.portal.url}{path}"

    def run_url(self, run_id: str) -> str:
        return self.url(f"/comparisons/{run_id}/")


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory, provider: RunningProvider) -> Iterator[Pages]:
    folder = tmp_path_factory.mktemp("pages")
    settings = {"OPENAI_API_KEY": "models=" + ";".join(LISTED)}
    with run_embedded_portal(folder, provider, settings) as portal:
        portal.manage("refresh_models")
        yield Pages(portal)


@pytest.fixture(scope="session")
def session_cookies(browser: Browser, pages: Pages) -> StorageState:
    """Signed in once: the sign-in page rightly limits how often one may try."""
    context = browser.new_context()
    sign_in(context.new_page(), pages.portal)
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def open_page(
    new_context: Callable[..., BrowserContext], session_cookies: StorageState, watch: Watch
) -> Callable[..., Page]:
    """Open a watched page, signed in, with the options of a browser context."""

    def open_one(path: str = "", **options: Any) -> Page:
        context = new_context(storage_state=session_cookies, **options)
        if options.get("java_script_enabled", True):
            watch.watch(context)
        page = context.new_page()
        if path:
            page.goto(path)
        return page

    return open_one


def wait_until_finished(page: Page) -> None:
    """Wait for the run's end and for its summary."""
    page.locator("compare-board[data-status=finished]").wait_for(timeout=30_000)
    page.locator(".summary").wait_for()


def columns(page: Page) -> Any:
    return page.locator("answer-column")
