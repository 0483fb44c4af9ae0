"""Every page against WCAG 2.2 AA, in both themes, wide and narrow."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ENDLESS, REFUSED, SLOW, THINKING, Pages, wait_until_finished
from tests.fixtures.browser import Watch, accessibility_violations

OpenPage = Callable[..., Page]
LOOKS = [(1400, "light"), (1400, "dark"), (360, "light"), (360, "dark")]
PATHS = [
    "/comparisons/new/",
    "/comparisons/",
    "/comparisons/?q=nothing-like-this",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/logout/",
]
PATHS_BEFORE_SIGN_IN = ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"]

every_look = pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look[1]}-{look[0]}")


def options(look: tuple[int, str]) -> dict[str, object]:
    width, scheme = look
    return {
        "viewport": {"width": width, "height": 800},
        "color_scheme": scheme,
        "reduced_motion": "reduce",
    }


def assert_accessible(page: Page) -> None:
    assert accessibility_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@every_look
def test_pages_of_members(pages: Pages, open_page: OpenPage, look: tuple[int, str]) -> None:
    page = open_page(**options(look))
    for path in PATHS:
        page.goto(pages.url(path))
        assert_accessible(page)


@every_look
def test_pages_before_signing_in(
    pages: Pages, new_context: Callable[..., object], look: tuple[int, str]
) -> None:
    page = new_context(**options(look)).new_page()  # type: ignore[attr-defined]
    for path in PATHS_BEFORE_SIGN_IN:
        page.goto(pages.url(path))
        assert_accessible(page)


@every_look
def test_a_run_while_it_streams_and_when_it_is_done(
    pages: Pages, open_page: OpenPage, look: tuple[int, str]
) -> None:
    run_id = pages.start_run([SLOW, THINKING, REFUSED, ENDLESS, "groq/sim-mathematician"])
    page = open_page(pages.run_url(run_id), **options(look))
    expect(page.locator("[data-answer-lines]").first).to_contain_text("e")
    assert_accessible(page)

    page.locator("answer-column").nth(3).locator("[data-stop]").click()
    wait_until_finished(page)
    page.get_by_text("All figures").first.click()
    page.get_by_text("Show as table").click()

    assert_accessible(page)


@every_look
def test_a_form_with_errors(
    pages: Pages, open_page: OpenPage, watch: Watch, look: tuple[int, str]
) -> None:
    watch.expect("422")
    page = open_page(pages.url("/comparisons/new/"), **options(look))

    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_role("alert")).to_be_visible()

    assert_accessible(page)


def test_pages_reflow_at_320_pixels(pages: Pages, open_page: OpenPage) -> None:
    page = open_page(viewport={"width": 320, "height": 640})
    for path in PATHS:
        page.goto(pages.url(path))
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
