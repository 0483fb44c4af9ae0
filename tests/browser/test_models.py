"""People look for a model, compare two, and an administrator reads the lists anew."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SLOW, THINKING, Pages
from tests.fixtures.browser import accessibility_violations

OpenPage = Callable[..., Page]
LOOKS = [(1400, "light"), (1400, "dark"), (360, "light"), (360, "dark")]


def test_a_model_is_found_and_its_page_leads_to_a_chat_with_it(
    pages: Pages, open_page: OpenPage
) -> None:
    page = open_page(pages.url("/models/"))

    page.get_by_label("Search").fill(f"{THINKING} openai")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name=THINKING, exact=True).click()
    expect(page.get_by_role("heading", name=THINKING)).to_be_visible()
    page.locator("main").get_by_role("link", name="Chat", exact=True).click()

    expect(page.locator("[data-controls]")).to_have_attribute("data-label", THINKING)


def test_two_models_are_chosen_from_the_list_and_compared(
    pages: Pages, open_page: OpenPage
) -> None:
    page = open_page(pages.url("/models/?provider=openai"))

    page.get_by_role("checkbox", name=f"Compare {SLOW}", exact=True).check()
    page.get_by_role("checkbox", name=f"Compare {THINKING}", exact=True).check()
    page.get_by_role("button", name="Compare chosen").click()

    expect(page.locator("thead th")).to_have_text([SLOW, THINKING])
    expect(page.get_by_role("rowheader", name="Context window")).to_be_visible()


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no-scripts"])
def test_an_administrator_refreshes_and_reads_what_changed(
    pages: Pages, open_page: OpenPage, has_scripts: bool
) -> None:
    page = open_page(pages.url("/models/"), java_script_enabled=has_scripts)

    page.get_by_role("button", name="Refresh now").click()

    lines = page.locator("#refresh-state li", has_text=re.compile(r"\d+ added, \d+ changed"))
    while not has_scripts and page.locator("[data-is-refreshing]").count():
        page.reload()
    expect(lines).to_have_count(3)


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look[1]}-{look[0]}")
def test_the_catalogue_is_accessible(
    pages: Pages, open_page: OpenPage, look: tuple[int, str]
) -> None:
    width, scheme = look
    page = open_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    found = pages.call("GET", "models/?active=true")["results"]
    first, second = (model["id"] for model in found[:2])
    paths = [
        "/models/",
        "/models/?status=all&order=speed",
        "/models/?q=nothing-like-this",
        "/models/?price=-1",
        f"/models/{first}/",
        f"/models/compare/?m={first}&m={second}",
        "/models/compare/",
    ]

    for path in paths:
        page.goto(pages.url(path))
        assert accessibility_violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
