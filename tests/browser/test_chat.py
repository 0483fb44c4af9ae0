"""A person talks with one model at a time."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ENDLESS, LETTERS_OF_THE_WORLD, SLOW, Pages
from tests.fixtures.browser import accessibility_violations

OpenPage = Callable[..., Page]
CHAT = re.compile(r"/chats/[0-9a-f-]{36}/$")


def choose(page: Page, model: str) -> None:
    option = page.locator("#chat-model option", has_text=re.compile(f"^{re.escape(model)}( ·|$)"))
    page.locator("#chat-model").select_option(option.first.get_attribute("value"))
    expect(page.locator("[data-controls]")).to_have_attribute("data-label", model)


def started_chat(
    pages: Pages, open_page: OpenPage, model: str, question: str, **options: Any
) -> Page:
    page = open_page(pages.url("/chats/new/"), **options)
    choose(page, model)
    page.locator("#message").fill(question)
    page.locator("#message").press("Control+Enter")
    page.wait_for_url(CHAT)
    return page


def ask(page: Page, question: str) -> None:
    page.locator("#message").fill(question)
    page.locator("#message").press("Enter")
    expect(page.locator(".question-text").last).to_have_text(question)


def wait_for_answers(page: Page, count: int) -> None:
    expect(page.locator("answer-column[data-status=succeeded]")).to_have_count(count)
    expect(page.locator("[data-send]")).to_be_visible()


def test_a_chat_goes_on_with_another_model_and_is_found_as_it_was(
    pages: Pages, open_page: OpenPage
) -> None:
    page = open_page(pages.url("/chats/new/"))
    choose(page, SLOW)
    page.locator("[name=parameter-temperature]").fill("0.3")
    page.locator("#message").fill("One?")
    page.locator("#message").press("Control+Enter")
    page.wait_for_url(CHAT)
    wait_for_answers(page, 1)

    choose(page, LETTERS_OF_THE_WORLD)
    expect(page.locator(".set-aside")).to_contain_text("Temperature 0.3")
    page.locator("[name=parameter-top_p]").fill("0.5")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("[data-settings-state]")).to_have_text("Applied.")
    ask(page, "Two?")
    wait_for_answers(page, 2)
    page.reload()

    expect(page.locator(".thread-marker")).to_contain_text(f"Switched from {SLOW}")
    expect(page.locator(".answer-figures").first).to_contain_text(re.compile(r"temperature\s*0\.3"))
    expect(page.locator(".answer-figures").last).to_contain_text(re.compile(r"top_p\s*0\.5"))
    expect(page.locator("[name=parameter-top_p]")).to_have_value("0.5")
    choose(page, SLOW)
    expect(page.locator("[name=parameter-temperature]")).to_have_value("0.3")


def test_slider_and_number_are_one_control(pages: Pages, open_page: OpenPage) -> None:
    page = open_page(pages.url("/chats/new/"))
    choose(page, SLOW)
    number = page.locator("[name=parameter-temperature]")
    parameter = page.locator("[data-parameter=temperature]")
    slider = parameter.locator("[data-slider]")

    number.fill("1.25")
    expect(slider).to_have_value("1.25")
    slider.press("ArrowRight")
    expect(number).to_have_value("1.3")
    parameter.get_by_role("button", name="Reset Temperature").click()

    expect(number).to_have_value("")
    expect(number).to_be_focused()


def test_an_answer_is_stopped_and_its_text_kept(pages: Pages, open_page: OpenPage) -> None:
    page = started_chat(pages, open_page, ENDLESS, "Go on and on.")
    expect(page.locator("[data-answer-lines]")).not_to_be_empty()

    page.locator("#message").press("Escape")

    expect(page.locator("answer-column")).to_have_attribute("data-status", "cancelled")
    expect(page.locator("[data-answer]")).not_to_be_empty()
    expect(page.locator("[data-send]")).to_be_visible()


def test_an_edited_message_is_another_version(pages: Pages, open_page: OpenPage) -> None:
    page = started_chat(pages, open_page, LETTERS_OF_THE_WORLD, "First wording?")
    wait_for_answers(page, 1)

    page.locator("#message").press("ArrowUp")
    page.locator(".entry-edit textarea").fill("Second wording?")
    page.get_by_role("button", name="Ask this instead").click()
    expect(page.locator(".question-text")).to_have_text("Second wording?")
    wait_for_answers(page, 1)
    page.get_by_role("button", name="The version before").first.click()

    expect(page.locator(".question-text")).to_have_text("First wording?")
    expect(page.locator(".versions").first).to_contain_text("1/2")


def test_a_second_window_follows(pages: Pages, open_page: OpenPage) -> None:
    page = started_chat(pages, open_page, LETTERS_OF_THE_WORLD, "One?")
    wait_for_answers(page, 1)
    other = open_page(page.url)

    ask(page, "Two?")
    wait_for_answers(page, 2)

    expect(other.locator(".question-text").last).to_have_text("Two?")
    expect(other.locator("answer-column[data-status=succeeded]")).to_have_count(2)


def test_what_was_typed_survives_a_reload(pages: Pages, open_page: OpenPage) -> None:
    page = started_chat(pages, open_page, LETTERS_OF_THE_WORLD, "One?")
    wait_for_answers(page, 1)
    page.locator("#message").fill("Half a thought")

    page.reload()

    expect(page.locator("#message")).to_have_value("Half a thought")


def test_hostile_text_stays_text(pages: Pages, open_page: OpenPage) -> None:
    hostile = "<img src=x onerror=alert(1)><script>alert(2)</script>"

    page = started_chat(pages, open_page, LETTERS_OF_THE_WORLD, hostile)
    wait_for_answers(page, 1)

    expect(page.locator(".question-text")).to_have_text(hostile)
    assert page.locator(".thread img, .thread script").count() == 0


def test_a_turn_is_deleted_and_brought_back(pages: Pages, open_page: OpenPage) -> None:
    page = started_chat(pages, open_page, LETTERS_OF_THE_WORLD, "One?")
    wait_for_answers(page, 1)

    page.locator(".is-question").get_by_role("button", name="Delete").click()
    expect(page.locator(".is-deleted")).to_have_count(2)
    page.get_by_role("button", name="Undo").first.click()

    expect(page.locator(".question-text")).to_have_text("One?")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 360])
def test_chats_are_accessible(pages: Pages, open_page: OpenPage, scheme: str, width: int) -> None:
    options = {"color_scheme": scheme, "viewport": {"width": width, "height": 800}}
    found = []
    for path in ("/chats/", "/chats/new/"):
        found += accessibility_violations(open_page(pages.url(path), **options))
    page = started_chat(pages, open_page, LETTERS_OF_THE_WORLD, "One?", **options)
    wait_for_answers(page, 1)
    found += accessibility_violations(page)

    assert found == []


def test_without_scripts_a_chat_is_a_form(pages: Pages, open_page: OpenPage) -> None:
    page = open_page(pages.url("/chats/new/"), java_script_enabled=False)
    page.locator("#message").fill("One?")
    page.get_by_role("button", name="Ask").click()

    expect(page.locator(".question-text")).to_have_text("One?")
