"""A person watches a run."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import (
    BrowserContext,
    Page,
    StorageState,
    WebSocket,
    WebSocketRoute,
    expect,
)

from tests.browser.conftest import (
    ENDLESS,
    LETTERS_OF_THE_WORLD,
    LIMITED_ONCE,
    REFUSED,
    SLOW,
    THINKING,
    Pages,
    columns,
    wait_until_finished,
)

OpenPage = Callable[..., Page]
LIVE_LINES = """
(column) => [...column.querySelectorAll("[data-answer-lines] > div")]
  .map((block) => block.textContent).join("\\n")
"""

# Noted as it is written: the banner may come and go between two looks from outside.
NOTE_BANNER = """
window.told = [];
document.addEventListener("DOMContentLoaded", () => {
  const text = document.querySelector("[data-connection-text]");
  new MutationObserver(() => window.told.push(text.textContent))
    .observe(text, { childList: true });
});
"""


def copied(page: Page, column: Any) -> str:
    column.get_by_role("button", name=re.compile("^Copy the answer")).click()
    expect(column.locator("copy-button").first).to_have_attribute("data-copied", "")
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text


def through(page: Page, on_message: Callable[[WebSocketRoute, dict[str, Any]], bool]) -> None:
    """Stand between page and portal; messages for which `on_message` is false are kept back."""

    def stand_between(to_page: WebSocketRoute) -> None:
        portal = to_page.connect_to_server()

        def pass_on(text: str | bytes) -> None:
            message = json.loads(text)
            if on_message(to_page, message):
                to_page.send(json.dumps(message))

        portal.on_message(pass_on)

    page.route_web_socket(re.compile("/ws/comparisons/"), stand_between)


def is_end(message: dict[str, Any]) -> bool:
    return message["type"] == "run" or message.get("status") == "succeeded"


def reconnect(page: Page) -> None:
    """Lose the network for a moment, as far as the page can tell."""
    page.evaluate("dispatchEvent(new Event('offline'))")
    page.evaluate("dispatchEvent(new Event('online'))")


def without_html(message: dict[str, Any]) -> None:
    """Keep the plain text on the page when answers end, so that it can be read letter by letter."""
    message.pop("html", None)
    for generation in message.get("generations", ()):
        generation["html"] = None
    if message["type"] == "generation":
        message["html"] = None


def test_answers_appear_side_by_side_with_their_figures(pages: Pages, open_page: OpenPage) -> None:
    run_id = pages.start_run([SLOW, THINKING])

    page = open_page(pages.run_url(run_id))
    expect(columns(page).first.locator("[data-answer-lines]")).to_contain_text(re.compile(r"\w{3}"))
    expect(page).to_have_title(re.compile(r"^● [01]/2 – "))
    wait_until_finished(page)

    for column in columns(page).all():
        expect(column.locator(".status")).to_have_text("Done")
        expect(column.locator(".metric-tiles dd").first).to_have_text(re.compile(r"^\d+ ms$"))
    expect(page.locator(".chart")).to_have_count(5)
    expect(page).not_to_have_title(re.compile("●"))


def test_the_text_on_the_page_is_what_the_model_wrote(pages: Pages, open_page: OpenPage) -> None:
    run_id = pages.start_run([LETTERS_OF_THE_WORLD, SLOW])
    page = open_page()

    def keep_plain(_: WebSocketRoute, message: dict[str, Any]) -> bool:
        without_html(message)
        return True

    through(page, keep_plain)
    page.goto(pages.run_url(run_id))
    wait_until_finished(page)

    for column, text in zip(columns(page).all(), pages.texts(run_id), strict=True):
        expect(column).not_to_have_attribute("aria-busy", "true")
        page.wait_for_function(
            "([column, size]) => "
            "column.querySelector('[data-answer-lines]').textContent.length >= size",
            arg=[column.element_handle(), len(text.replace("\n", ""))],
        )
        assert column.evaluate(LIVE_LINES) == text


def test_a_lost_connection_loses_and_doubles_nothing(pages: Pages, open_page: OpenPage) -> None:
    run_id = pages.start_run([SLOW, LETTERS_OF_THE_WORLD])
    page = open_page()
    frames = 0

    def cut_after_ten_frames(to_page: WebSocketRoute, message: dict[str, Any]) -> bool:
        nonlocal frames
        without_html(message)
        frames += message["type"] == "frame"
        if frames == 10 and message["type"] == "frame":
            to_page.close()
            return False
        return True

    page.add_init_script(NOTE_BANNER)
    through(page, cut_after_ten_frames)
    page.goto(pages.run_url(run_id))
    wait_until_finished(page)

    assert frames > 10
    told = page.evaluate("window.told")
    assert told[0] == "Reconnecting… (attempt 1)"
    assert told[-1] == "Back online, caught up"
    for column, text in zip(columns(page).all(), pages.texts(run_id), strict=True):
        expect(column.locator("[data-answer-lines]")).to_contain_text(text.split()[-1])
        assert column.evaluate(LIVE_LINES) == text


def test_a_frame_that_went_missing_is_asked_for(pages: Pages, open_page: OpenPage) -> None:
    run_id = pages.start_run([SLOW])
    page = open_page()
    seen: list[str] = []

    def drop_the_fifth_frame(_: WebSocketRoute, message: dict[str, Any]) -> bool:
        without_html(message)
        seen.append(message["type"])
        return not (message["type"] == "frame" and seen.count("frame") == 5)

    through(page, drop_the_fifth_frame)
    page.goto(pages.run_url(run_id))
    wait_until_finished(page)

    assert seen.count("snapshot") == 2
    [text] = pages.texts(run_id)
    expect(columns(page).locator("[data-answer-lines]")).to_contain_text(text.split()[-1])
    assert columns(page).evaluate(LIVE_LINES) == text


def test_a_lost_last_message_is_asked_for_after_a_silence(
    pages: Pages, open_page: OpenPage
) -> None:
    run_id = pages.start_run([THINKING])
    page = open_page()
    page.clock.install()
    seen: list[str] = []

    def lose_the_end(_: WebSocketRoute, message: dict[str, Any]) -> bool:
        seen.append(message["type"])
        return seen.count("snapshot") > 1 or not is_end(message)

    through(page, lose_the_end)
    page.goto(pages.run_url(run_id))
    while "run" not in seen:
        page.wait_for_timeout(50)
    expect(page.locator("compare-board")).to_have_attribute("data-status", "running")
    page.clock.fast_forward("00:13")
    wait_until_finished(page)

    assert seen.count("snapshot") == 2


def test_a_page_that_is_seen_again_asks_what_it_missed(pages: Pages, open_page: OpenPage) -> None:
    run_id = pages.start_run([ENDLESS])
    page = open_page()
    seen: list[str] = []

    def note(_: WebSocketRoute, message: dict[str, Any]) -> bool:
        seen.append(message["type"])
        return True

    through(page, note)
    page.goto(pages.run_url(run_id))
    expect(columns(page).locator("[data-answer-lines]")).to_contain_text(re.compile(r"\w"))
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    while seen.count("snapshot") < 2:
        page.wait_for_timeout(50)
    pages.stop_run(run_id)

    wait_until_finished(page)


def test_a_connection_that_answers_nothing_is_replaced(pages: Pages, open_page: OpenPage) -> None:
    run_id = pages.start_run([ENDLESS])
    page = open_page()
    page.clock.install()
    connections: list[WebSocketRoute] = []

    def dead_at_first(to_page: WebSocketRoute, message: dict[str, Any]) -> bool:
        if to_page not in connections:
            connections.append(to_page)
        return to_page is not connections[0] or message["type"] in {"snapshot", "generation"}

    through(page, dead_at_first)
    page.goto(pages.run_url(run_id))
    page.locator("compare-board").wait_for()
    while len(connections) < 2:
        page.clock.run_for(1000)

    expect(columns(page).locator("[data-answer-lines]")).to_contain_text(re.compile(r"\w"))
    pages.stop_run(run_id)
    wait_until_finished(page)


def test_who_is_signed_out_is_told_and_comes_back(
    pages: Pages, open_page: OpenPage, session_cookies: StorageState
) -> None:
    run_id = pages.start_run([ENDLESS])
    page = open_page(pages.run_url(run_id))
    expect(columns(page).locator("[data-answer-lines]")).to_contain_text(re.compile(r"\w"))

    page.context.clear_cookies()
    reconnect(page)
    banner = page.locator("[data-connection]")
    expect(banner).to_contain_text("You have been signed out.")
    expect(page.get_by_role("button", name=re.compile("^Stop"))).to_have_count(0)
    page.context.add_cookies(
        [
            {"name": cookie["name"], "value": cookie["value"], "url": pages.portal.url}
            for cookie in session_cookies["cookies"]
        ]
    )
    banner.get_by_role("link", name="Sign in again").click()

    expect(columns(page).locator("[data-answer-lines]")).to_contain_text(re.compile(r"\w"))
    assert page.url == pages.run_url(run_id)
    pages.stop_run(run_id)


def test_a_run_that_is_gone_is_told_and_not_asked_for_again(
    pages: Pages, open_page: OpenPage
) -> None:
    run_id = pages.start_run([THINKING])
    page = open_page(pages.run_url(run_id))
    wait_until_finished(page)
    tried = 0

    def count(_: WebSocket) -> None:
        nonlocal tried
        tried += 1

    page.on("websocket", count)
    page.clock.install()

    pages.delete_run(run_id)
    reconnect(page)
    banner = page.locator("[data-connection]")
    expect(banner).to_contain_text("This comparison is no longer there")
    page.clock.fast_forward("01:00")
    reconnect(page)
    banner.get_by_role("link", name="Go to the history").click()

    page.wait_for_url(pages.url("/comparisons/"))
    assert tried == 1


def test_a_reload_amid_the_stream_goes_on(pages: Pages, open_page: OpenPage) -> None:
    run_id = pages.start_run([SLOW])
    page = open_page(pages.run_url(run_id), permissions=["clipboard-read", "clipboard-write"])
    lines = columns(page).locator("[data-answer-lines]")
    expect(lines).to_contain_text(re.compile(r"\w{3}"))

    page.reload()
    expect(lines).to_contain_text(re.compile(r"\w{3}"))
    wait_until_finished(page)

    assert copied(page, columns(page).first) == pages.texts(run_id)[0]


def test_a_finished_run_is_complete_without_its_socket(pages: Pages, open_page: OpenPage) -> None:
    run_id = pages.start_run([THINKING, SLOW])
    first = open_page(pages.run_url(run_id))
    wait_until_finished(first)

    page = open_page(pages.run_url(run_id), java_script_enabled=False)

    expect(page.locator(".summary")).to_be_visible()
    expect(columns(page).first.locator(".prose").last).to_be_visible()
    expect(columns(page).first.locator("details.reasoning")).to_be_visible()


def test_one_answer_is_stopped_and_keeps_its_text(pages: Pages, open_page: OpenPage) -> None:
    page = open_page(pages.run_url(pages.start_run([ENDLESS, THINKING])))
    endless, other = columns(page).all()
    expect(endless.locator("[data-answer-lines]")).to_contain_text(re.compile(r"\w{3}"))

    endless.get_by_role("button", name=re.compile("^Stop")).click()
    wait_until_finished(page)

    expect(endless.locator(".status")).to_have_text("Stopped")
    expect(endless).to_contain_text("The text so far is kept.")
    expect(other.locator(".status")).to_have_text("Done")


def test_all_answers_are_stopped(pages: Pages, open_page: OpenPage) -> None:
    page = open_page(pages.run_url(pages.start_run([ENDLESS, SLOW])))
    expect(columns(page).nth(1).locator("[data-answer-lines]")).to_contain_text(re.compile(r"\w"))

    page.get_by_role("button", name="Stop all").click()
    wait_until_finished(page)

    expect(page.locator(".column-head .status")).to_have_text(["Stopped", "Stopped"])
    expect(page.get_by_role("button", name="Stop all")).to_be_hidden()


def test_a_stopped_answer_is_made_again(pages: Pages, open_page: OpenPage) -> None:
    page = open_page(pages.run_url(pages.start_run([SLOW])))
    expect(columns(page).locator("[data-answer-lines]")).to_contain_text(re.compile(r"\w"))
    columns(page).get_by_role("button", name=re.compile("^Stop")).click()
    columns(page).get_by_role("button", name="Retry").click()

    expect(columns(page).locator(".status")).to_have_text("Answering")
    expect(page.locator("compare-board")).to_have_attribute("data-status", "running")
    wait_until_finished(page)

    expect(columns(page).locator(".status")).to_have_text("Done")


def test_a_failure_is_told_in_its_column_alone(pages: Pages, open_page: OpenPage) -> None:
    page = open_page(pages.run_url(pages.start_run([REFUSED, THINKING])))
    wait_until_finished(page)

    refused, other = columns(page).all()
    expect(refused.get_by_role("alert")).to_contain_text("This answer failed")
    expect(refused.get_by_role("button", name="Retry")).to_be_visible()
    expect(other.locator(".status")).to_have_text("Done")


def test_a_rate_limit_counts_down_and_goes_on(pages: Pages, open_page: OpenPage) -> None:
    page = open_page(pages.run_url(pages.start_run([LIMITED_ONCE])))

    expect(columns(page).locator("[data-countdown]")).to_have_text(re.compile(r"Goes on in \d s\."))
    wait_until_finished(page)

    expect(columns(page).locator(".status")).to_have_text("Done")


def test_twelve_columns_can_be_reached_by_their_index(pages: Pages, open_page: OpenPage) -> None:
    run_id = pages.start_run([THINKING] * 12)
    page = open_page(pages.run_url(run_id))
    wait_until_finished(page)

    page.get_by_role("navigation", name="Answers").get_by_role("link").last.click()

    expect(columns(page)).to_have_count(12)
    expect(columns(page).last).to_be_in_viewport()


def test_who_reads_back_is_not_pulled_to_the_end(pages: Pages, open_page: OpenPage) -> None:
    options = {"viewport": {"width": 360, "height": 640}}
    page = open_page(pages.run_url(pages.start_run([SLOW])), **options)
    scroller = columns(page).locator("[data-scroll]")
    page.wait_for_function(
        "box => box.scrollHeight > box.clientHeight + 150", arg=scroller.element_handle()
    )

    scroller.evaluate("box => box.scrollTo(0, 0)")
    pill = page.get_by_role("button", name="Jump to latest")
    expect(pill).to_be_visible()

    assert scroller.evaluate("box => box.scrollTop") == 0
    pill.click()
    expect(pill).to_be_hidden()
    assert scroller.evaluate("box => box.scrollTop") > 0


def test_progress_is_announced_and_the_text_is_not(pages: Pages, open_page: OpenPage) -> None:
    page = open_page(pages.run_url(pages.start_run([THINKING, SLOW])))

    announcer = page.locator("[data-announcer]")
    expect(announcer).to_have_text(re.compile(r"Answering: \d of 2 done\."))
    expect(columns(page).first).to_have_attribute("aria-busy", "true")
    wait_until_finished(page)

    expect(announcer).to_contain_text("All answers are done.", timeout=10_000)
    assert page.locator("answer-column [aria-live]").count() == 0


def test_a_hostile_prompt_is_text_and_nothing_else(pages: Pages, open_page: OpenPage) -> None:
    hostile = '</title><script>alert(1)</script><img src=x onerror="alert(2)">{{ 7 }}'
    run_id = pages.start_run([THINKING], prompt=hostile)
    page = open_page(pages.run_url(run_id))
    wait_until_finished(page)

    expect(page.locator(".prompt-text")).to_have_text(hostile)
    page.goto(pages.url("/comparisons/"))
    expect(page.get_by_text(hostile[:40]).first).to_be_visible()


def test_a_run_is_shown_to_nobody_without_a_session(pages: Pages, context: BrowserContext) -> None:
    run_id = pages.start_run([THINKING])

    page = context.new_page()
    page.goto(pages.run_url(run_id))

    assert "/accounts/login/" in page.url


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_chosen_theme_stays(pages: Pages, open_page: OpenPage, scheme: str) -> None:
    page = open_page(pages.url("/comparisons/"))

    page.get_by_role("button", name="Theme").click()
    page.get_by_role("button", name=scheme.title()).click()
    page.reload()

    assert page.evaluate("document.documentElement.dataset.theme") == scheme
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == scheme
