"""A person asks."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import Pages, wait_until_finished
from tests.fixtures.browser import Watch

OpenPage = Callable[..., Page]
PATH = "/comparisons/new/"


def test_the_main_job_from_question_to_answers(pages: Pages, open_page: OpenPage) -> None:
    page = open_page(pages.url(PATH))

    page.get_by_label("Prompt", exact=True).fill("Why is the sky blue?")
    page.get_by_role("checkbox", name="sim-swift", exact=True).check()
    page.get_by_role("checkbox", name="sim-terse", exact=True).check()
    page.get_by_role("button", name="Ask 2 models").click()
    page.wait_for_url(re.compile(r"/comparisons/[0-9a-f-]{36}/$"))
    wait_until_finished(page)

    expect(page.locator(".prompt-text")).to_have_text("Why is the sky blue?")
    expect(page.locator("answer-column")).to_have_count(2)


def test_everything_can_be_done_by_keyboard(pages: Pages, open_page: OpenPage) -> None:
    page = open_page(pages.url(PATH))

    expect(page.get_by_label("Prompt", exact=True)).to_be_focused()
    page.keyboard.type("Why?")
    page.get_by_role("searchbox", name="Search models").focus()
    page.keyboard.type("sim-terse")
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    expect(page.get_by_role("checkbox", name="sim-terse", exact=True)).to_be_checked()
    page.get_by_label("Prompt", exact=True).focus()
    page.keyboard.press("Control+Enter")

    page.wait_for_url(re.compile(r"/comparisons/[0-9a-f-]{36}/$"))


def test_search_and_facets_narrow_the_list(pages: Pages, open_page: OpenPage) -> None:
    page = open_page(pages.url(PATH))
    rows = page.locator(".model:visible")

    page.get_by_role("button", name="Anthropic").click()
    expect(rows).to_have_count(3)
    page.get_by_role("searchbox", name="Search models").fill("sage")
    expect(rows).to_have_count(1)
    page.get_by_role("searchbox", name="Search models").fill("nothing like this")
    page.get_by_role("button", name="Show all").click()

    assert rows.count() > 10


def test_one_more_than_may_be_chosen_is_refused(pages: Pages, open_page: OpenPage) -> None:
    page = open_page(pages.url(PATH))
    boxes = page.locator(".model input")
    for index in range(12):
        boxes.nth(index).check()

    boxes.nth(12).click()

    expect(boxes.nth(12)).not_to_be_checked()
    expect(page.locator(".toast")).to_contain_text("At most 12 models")


def test_what_is_wrong_is_told_beside_the_field(
    pages: Pages, open_page: OpenPage, watch: Watch
) -> None:
    watch.expect("422")
    page = open_page(pages.url(PATH))

    page.get_by_role("button", name="Ask").click()

    expect(page.get_by_role("alert")).to_contain_text("This can’t be started yet.")
    expect(page.get_by_label("Prompt", exact=True)).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#models-error")).to_be_visible()


def test_a_draft_outlives_a_reload_and_ends_with_the_question(
    pages: Pages, open_page: OpenPage
) -> None:
    page = open_page(pages.url(PATH))
    page.get_by_label("Prompt", exact=True).fill("A long thought")
    page.get_by_role("checkbox", name="sim-terse", exact=True).check()
    page.wait_for_function("() => Object.values(localStorage).join().includes('A long thought')")

    page.reload()
    expect(page.get_by_label("Prompt", exact=True)).to_have_value("A long thought")
    page.get_by_role("button", name="Ask 1 model").click()
    page.wait_for_url(re.compile(r"/comparisons/[0-9a-f-]{36}/$"))
    page.locator("answer-column").wait_for()
    page.goto(pages.url(PATH))

    expect(page.get_by_label("Prompt", exact=True)).to_have_value("")


def test_asking_again_starts_from_the_same_question(pages: Pages, open_page: OpenPage) -> None:
    run_id = pages.start_run(["groq/sim-terse", "groq/sim-swift"], prompt="The same again?")
    page = open_page(pages.run_url(run_id))

    page.get_by_role("link", name="Ask again").click()

    expect(page.get_by_label("Prompt", exact=True)).to_have_value("The same again?")
    expect(page.get_by_role("button", name="Ask 2 models")).to_be_visible()


def test_asking_and_stopping_work_without_scripts(pages: Pages, open_page: OpenPage) -> None:
    page = open_page(pages.url(PATH), java_script_enabled=False)

    page.get_by_label("Prompt", exact=True).fill("Without scripts?")
    page.get_by_role("checkbox", name="sim-sleepy", exact=True).check()
    page.get_by_role("button", name="Ask").click()
    page.get_by_role("button", name="Stop all").click()

    expect(page.locator(".prompt-text")).to_have_text("Without scripts?")
    expect(page.locator("answer-column")).to_have_count(1)
