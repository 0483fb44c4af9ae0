"""However a text comes in pieces, it is put together exactly, or the page knows that it is not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page, Route

ORIGIN = "http://modules.test"
STATIC = Path(settings.BASE_DIR) / "static"

REPLAY = """
async (steps) => {
  const { LiveText } = await import("/js/live-text.js");
  const live = new LiveText();
  const results = steps.map((step) => {
    if (step.snapshot) return live.catchUp(step.attempt, step.answer, step.reasoning);
    return live.take(step);
  });
  return { answer: live.answer, reasoning: live.reasoning, attempt: live.attempt, results };
}
"""
WRITE = """
async (pieces) => {
  const { LineWriter } = await import("/js/line-writer.js");
  const box = document.createElement("div");
  const writer = new LineWriter(box);
  for (const piece of pieces) writer.append(piece);
  return [...box.children].map((block) => block.textContent);
}
"""

each_example = hypothesis_settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
# Letters of one, two, three and four bytes, marks that combine, line ends.
texts = st.text(alphabet="ab \néß€日🐢𝔘👩\u200d\u0301", max_size=60)
attempts = st.integers(min_value=0, max_value=3)


@pytest.fixture(scope="module")
def modules(browser: Browser) -> Iterator[Page]:
    """A bare page that can import the project's modules."""
    page = browser.new_page()
    page.route(f"{ORIGIN}/**", _serve)
    page.goto(f"{ORIGIN}/")
    yield page
    page.close()


def _serve(route: Route) -> None:
    path = STATIC / route.request.url.removeprefix(f"{ORIGIN}/")
    if path.is_file():
        route.fulfill(path=path, content_type="text/javascript")
    else:
        route.fulfill(body="<!doctype html><title>modules</title>", content_type="text/html")


def piece(
    text: str, start: int, end: int, attempt: int = 1, kind: str = "answer"
) -> dict[str, Any]:
    """What the server sends for these characters; Python too counts code points."""
    return {"attempt": attempt, "kind": kind, "offset": start, "text": text[start:end]}


@st.composite
def overlapping_pieces(draw: st.DrawFn) -> tuple[str, list[dict[str, Any]]]:
    """A text, and pieces that leave no gap: some repeat or overlap what came before."""
    text = draw(texts)
    pieces, known = [], 0
    while known < len(text):
        start = draw(st.integers(min_value=max(0, known - 5), max_value=known))
        end = draw(st.integers(min_value=start, max_value=min(len(text), known + 8)))
        pieces.append(piece(text, start, end))
        known = max(known, end)
    return text, pieces


@each_example
@given(overlapping_pieces())
def test_pieces_that_overlap_give_the_text_once(
    modules: Page, drawn: tuple[str, list[dict[str, Any]]]
) -> None:
    text, pieces = drawn

    outcome = modules.evaluate(REPLAY, pieces)

    assert outcome["answer"] == text
    assert "".join(result["added"] for result in outcome["results"]) == text
    assert not any(result["gap"] for result in outcome["results"])


@each_example
@given(texts, st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=12))
def test_any_pieces_at_all_give_a_true_beginning_of_the_text(
    modules: Page, text: str, spans: list[tuple[int, int]]
) -> None:
    steps = [piece(text, min(span), max(span)) for span in spans if min(span) <= len(text)]

    outcome = modules.evaluate(REPLAY, steps)

    assert text.startswith(outcome["answer"])
    known = 0
    for step, result in zip(steps, outcome["results"], strict=True):
        assert result["gap"] == (step["offset"] > known)
        if not result["gap"]:
            known = max(known, step["offset"] + len(step["text"]))


@each_example
@given(texts, st.integers(0, 60), st.integers(0, 60))
def test_a_snapshot_mends_a_gap(modules: Page, text: str, first: int, second: int) -> None:
    end, start = sorted([min(first, len(text)), min(second, len(text))])
    snapshot = {"snapshot": True, "attempt": 1, "answer": text, "reasoning": ""}

    outcome = modules.evaluate(
        REPLAY, [piece(text, 0, end), piece(text, start, start + 3), snapshot]
    )

    assert outcome["answer"] == text


@each_example
@given(st.lists(st.tuples(attempts, st.sampled_from(["answer", "reasoning"]), texts), max_size=8))
def test_only_the_latest_attempt_counts(modules: Page, said: list[tuple[int, str, str]]) -> None:
    steps = [piece(text, 0, len(text), attempt, kind) for attempt, kind, text in said]

    outcome = modules.evaluate(REPLAY, steps)

    latest = max((attempt for attempt, _, _ in said), default=0)
    assert outcome["attempt"] == latest
    for kind in ("answer", "reasoning"):
        of_latest = [text for attempt, of, text in said if attempt == latest and of == kind]
        assert len(outcome[kind]) >= max(map(len, of_latest), default=0)
        assert outcome[kind] == "" or of_latest


@each_example
@given(texts, st.integers(0, 60))
def test_a_snapshot_that_is_behind_takes_nothing_away(modules: Page, text: str, known: int) -> None:
    behind = {"snapshot": True, "attempt": 1, "answer": text[:known], "reasoning": ""}

    outcome = modules.evaluate(REPLAY, [piece(text, 0, len(text)), behind])

    assert outcome["answer"] == text


def test_reasoning_and_answer_have_offsets_of_their_own(modules: Page) -> None:
    steps = [
        piece("thinking", 0, 8, kind="reasoning"),
        piece("an answer", 0, 2),
        piece("an answer", 2, 9),
    ]

    outcome = modules.evaluate(REPLAY, steps)

    assert (outcome["reasoning"], outcome["answer"]) == ("thinking", "an answer")


@each_example
@given(st.lists(texts, max_size=8))
def test_each_line_is_written_into_a_block_of_its_own(modules: Page, pieces: list[str]) -> None:
    blocks = modules.evaluate(WRITE, pieces)

    text = "".join(pieces)
    assert blocks == (text.split("\n") if text else [])


def test_no_block_grows_without_end(modules: Page) -> None:
    words = "word " * 2000

    blocks = modules.evaluate(
        WRITE, [words[start : start + 7] for start in range(0, len(words), 7)]
    )

    assert "".join(blocks) == words
    assert max(map(len, blocks)) < 2100
