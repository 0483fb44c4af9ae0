"""Formulas in answers: set where they are formulas, left alone where they are not."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.rendering.markdown import MAX_FORMULAS_CHARACTERS, render
from inference.rendering.mathml import MAX_FORMULA_CHARACTERS, mathml
from tests.inference.rendering.test_markdown import Text, assert_harmless

X_SQUARED = "<msup><mi>x</mi><mn>2</mn></msup>"
HOSTILE = [
    r"\text{<script>alert(1)</script>}",
    r"\text{</mtext></math><img src=x onerror=alert(1)>}",
    r"\text{&lt;script&gt;alert(1)&lt;/script&gt;}",
    r"\unicode{x3c}script\unicode{x3e}",
    r"\href{javascript:alert(1)}{x}",
    r"\href{https://evil.example}{x}",
    r"\style{position:fixed;inset:0}{x}",
    r"\class{toast}{x}",
    r"\id{run-status}{x}",
    r"\color{red;background:url(//evil.example)}{x}",
    r"\colorbox{red}{x}",
    r"\fcolorbox{red}{url(//evil.example)}{x}",
    r"\rule{99999em}{99999em}",
    r"\hspace{99999em}x",
    r"\verb|<img src=x onerror=alert(1)>|",
    r"\hbox{$\text{<b>}$}",
    r"\includegraphics{https://evil.example/pixel.gif}",
    r"\input{/etc/passwd}",
    r"<annotation-xml encoding='text/html'><img src=x onerror=alert(1)></annotation-xml>",
    r"\begin{array}{<script>}x\end{array}",
    r"\genfrac{<}{>}{9999em}{0}{a}{b}",
    r"\operatorname{<script>}",
    r"\tag{<script>}",
]
BROKEN = [
    r"\frac{a",
    r"\frac",
    "}",
    "{" * 1500,
    "{" * 900 + "}" * 900,
    "^" * 1500,
    "x_a_b",
    "x^a^b",
    r"\left(",
    r"\right)",
    r"\sqrt" * 300,
    r"\begin{matrix}",
    r"\end{matrix}",
    r"\begin{nothing}x\end{nothing}",
    r"\unheard{x}",
    r"\over" * 300,
    r"\newcommand{\a}{\a\a}\a",
    r"\renewcommand{\a}{\a\a}\a",
    r"\def\a{\a\a}\a",
    "\\",
    "&",
    "%",
    "\x00",
]


@pytest.mark.parametrize(
    "text", ["$x^2$", r"\(x^2\)", "$$x^2$$", r"\[x^2\]", "$$\nx^2\n$$", "\\[\nx^2\n\\]"]
)
@pytest.mark.parametrize("frame", ["{}", "So {} holds.", "- {}", "> {}", "**a** {}"])
def test_every_usual_way_of_writing_a_formula_is_understood(frame: str, text: str) -> None:
    if "\n" in text and frame not in {"{}", "> {}"}:
        frame = "So:\n{}\nholds."

    html = render(frame.format(text.replace("\n", "\n> ") if frame == "> {}" else text))

    assert X_SQUARED in html
    assert "$" not in html
    assert "[" not in html


def test_a_formula_begins_a_line_that_ends_with_a_digit() -> None:
    assert render("$x^2$ = 5").startswith(f'<p><math display="inline"><mrow>{X_SQUARED}')


def test_emphasis_does_not_reach_into_a_formula() -> None:
    assert "<em>" not in render("$a*b$ and $c*d$, $a_1$ and $b_1$")


def test_an_ordinal_may_follow_a_formula() -> None:
    assert "<mi>n</mi></mrow></math>th" in render("the $n$th")


def test_a_displayed_formula_scrolls_by_keyboard_in_its_own_box() -> None:
    assert '<div class="formula" tabindex="0"><math display="block">' in render("$$x$$")
    assert '<span class="formula" tabindex="0"><math display="block">' in render("so $$x$$ holds")


def test_lines_are_aligned_where_they_say() -> None:
    html = render("$$\n\\begin{aligned} a &= b \\\\ &= c \\end{aligned}\n$$")

    assert html.count("<mtr>") == 2
    assert "&amp;" not in html


@pytest.mark.parametrize(
    "text",
    [
        "It costs $5 and $6.",
        "$5-$10",
        "US$5 or CA$6",
        "$5 (or $6)",
        "from $5, not €6 or A$.",
        "$100/user, then 20$ more",
        "$ x $",
        "$HOME/$USER",
        "$$",
        "$$$$",
        "$",
        "a $ b",
        "$x\n\ny$",
        r"\$5$",
    ],
)
def test_money_and_lone_signs_stay_text(text: str) -> None:
    html = render(text)

    assert "<math" not in html
    assert Text(html).text.strip().split() == text.replace("\\", "").split()


@pytest.mark.parametrize(
    "text", ["`$x$`", "```\n$$x$$\n```", "    $$x$$", r"\[a\](https://b.example)"]
)
def test_code_and_escaped_brackets_are_no_formulas(text: str) -> None:
    assert "<math" not in render(text)


@pytest.mark.parametrize("latex", HOSTILE)
@pytest.mark.parametrize("frame", ["${}$", "$${}$$", "$$\n{}\n$$", r"\({}\)", r"\[{}\]"])
def test_hostile_formulas_come_out_harmless(frame: str, latex: str) -> None:
    html = render(frame.format(latex))

    assert_harmless(html)
    assert "evil.example" not in html or "<math" not in html


@pytest.mark.parametrize("latex", BROKEN, ids=lambda latex: repr(latex[:12]))
def test_a_broken_formula_is_shown_as_it_is_written(latex: str) -> None:
    html = render(f"$$\n{latex}\n$$")

    assert_harmless(html)
    assert mathml(latex, is_display=True) is None or "<math" in html
    if "<math" not in html:
        assert latex.replace("\x00", "\ufffd") in Text(html).text


@pytest.mark.parametrize(
    "latex",
    [r"\frac{a", "x^a^b", r"\unheard{x}", r"\newcommand{\a}{\a\a}\a", "{" * 900 + "}" * 900],
    ids=lambda latex: repr(latex[:12]),
)
def test_what_cannot_be_set_is_no_formula(latex: str) -> None:
    assert mathml(latex, is_display=False) is None


def test_a_formula_that_is_too_long_is_shown_as_it_is_written() -> None:
    assert mathml("x+" * MAX_FORMULA_CHARACTERS, is_display=True) is None


@pytest.mark.parametrize("formula", ["$x$ ", "$" + "x+" * 100 + "x$ "], ids=["short", "long"])
def test_an_answer_full_of_formulas_stays_moderate(formula: str) -> None:
    html = render(formula * (150_000 // len(formula)))

    assert 50 < html.count("<math") <= MAX_FORMULAS_CHARACTERS // 20
    assert len(html) < 1_000_000


@pytest.mark.parametrize(
    "text",
    [
        "$a" * 60_000,
        "$$" * 60_000,
        r"\(" * 60_000,
        "\\[\n" * 50_000,
        "$$ x\n" * 30_000,
        "$" + "\\" * 150_000,
        "$\n" * 60_000,
        "$x$" * 50_000,
        ("$" + "a b" * 600 + " \n") * 80,
        ("$x" + "'" * 1900 + "$ ") * 80,
        ("$" + r"\frac{" * 150 + "x" + "}{y}" * 150 + "$ ") * 80,
    ],
    ids=lambda text: repr(text[:8]),
)
def test_pathological_formulas_are_rendered_in_bounded_time(text: str) -> None:
    began_at = time.process_time()

    html = render(text)

    assert_harmless(html)
    # The processor's time, which a busy machine does not change. What grows with the square of the
    # text would take minutes here.
    assert time.process_time() - began_at < 20


latex = st.lists(
    st.one_of(
        st.sampled_from(HOSTILE + BROKEN[:3]),
        st.sampled_from([r"\frac", "{", "}", "^", "_", r"\left(", r"\right)", "&", r"\\", "'"]),
        st.text(max_size=8),
    ),
    max_size=12,
).map("".join)


@settings(max_examples=300, deadline=None)
@given(latex, st.booleans())
def test_any_formula_is_set_harmlessly_or_not_at_all(latex: str, is_display: bool) -> None:
    html = mathml(latex, is_display=is_display)

    if html is not None:
        assert_harmless(html)
