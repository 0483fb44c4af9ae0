"""Templates compile, their components are resolved, and error pages need nothing."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template, render_to_string

from catalog.models import LanguageModel, Provider, ProviderKind
from comparisons.charts import AnswerMetrics, summarise
from inference.models import Generation, Status
from inference.rendering.markdown import render

TEMPLATES = Path(settings.BASE_DIR) / "templates"
NAMES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))
COMPONENTS = [name for name in NAMES if name.startswith("components/")]
ERROR_PAGES = ["400.html", "403.html", "403_csrf.html", "404.html", "500.html"]


def generation(**fields: object) -> Generation:
    provider = Provider(name="Groq", slug="groq", kind=ProviderKind.GROQ)
    model = LanguageModel(provider=provider, name="qwen", display_name="Qwen <3>")
    return Generation(model=model, **({"status": Status.SUCCEEDED, "text": "Yes."} | fields))


def answer(**fields: object) -> str:
    subject = generation(**fields)
    html = {"answer_html": render(subject.text), "reasoning_html": render(subject.reasoning)}
    return render_to_string("comparisons/_answer.html", {"generation": subject, **html})


@pytest.mark.parametrize("name", NAMES)
def test_a_template_compiles(name: str) -> None:
    get_template(name)


@pytest.mark.parametrize("name", COMPONENTS)
def test_a_component_says_what_it_takes(name: str) -> None:
    assert (TEMPLATES / name).read_text().startswith(("{#", "{% comment %}"))


@pytest.mark.parametrize("name", ERROR_PAGES)
def test_an_error_page_needs_no_context(name: str) -> None:
    html = render_to_string(name)

    assert "<h1>" in html
    assert "<c-" not in html


def test_an_answer_is_rendered_without_a_request() -> None:
    html = answer(text="**Yes.**", ttft_ms=320.0, cost=Decimal("0.00031"))

    assert "<strong>Yes.</strong>" in html
    assert "320 ms" in html
    assert "$0.00031" in html
    assert "<c-" not in html


def test_names_of_models_are_escaped() -> None:
    assert "Qwen &lt;3&gt;" in answer()


def test_a_failed_answer_keeps_its_text_and_offers_a_retry() -> None:
    html = answer(status=Status.FAILED, text="So far", error="The key was refused.")

    assert "So far" in html
    assert "The key was refused." in html
    assert 'role="alert"' in html
    assert "data-retry" in html


def test_an_answer_cut_by_its_length_says_so() -> None:
    assert "longest allowed length" in answer(finish_reason="length")


def test_unknown_figures_are_not_marked_as_estimates() -> None:
    html = answer(tokens_estimated=True, completion_tokens=12)

    assert html.count('title="Estimated"') == 1


def test_the_summary_names_the_best() -> None:
    answers = [
        AnswerMetrics(
            position=position,
            label=label,
            provider="Groq",
            is_complete=True,
            status="succeeded",
            ttft_ms=ttft_ms,
        )
        for position, (label, ttft_ms) in enumerate([("Qwen", 100.0), ("Llama", 400.0)])
    ]

    html = render_to_string("comparisons/_summary.html", {"summary": summarise(answers)})

    assert "Qwen</strong> began first" in html
    assert "75 % below the next" in html
    assert html.count("Quickest start") == 1
    assert "<c-" not in html
