"""Markdown from models to HTML for pages. Answers are hostile input: this is the one way in.

Three walls, each enough by itself: markdown-it makes no raw HTML and no address outside the listed
schemes; nh3 lets only listed tags, attributes and classes through; the page's policy allows no
inline script, inline style or foreign image.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from inference.rendering import mathml
from inference.rendering.formulas import add_formulas
from inference.rendering.highlighting import TOKEN_CLASSES, highlighted, language_of

# Raised whenever the same text gives other HTML, so that stored HTML can be told as outdated.
RENDERER_VERSION: Final = 4

# Above this many characters the text is shown as it is: rendering takes about 4 ms per 1,000.
MAX_RENDERED_CHARACTERS: Final = 200_000
MAX_NESTING: Final = 20
# Formulas beyond these are shown as they are written: one takes about 15 ms per 1,000 characters.
MAX_FORMULAS_CHARACTERS: Final = 20_000
# What one counts for at least: even `$x$` becomes a hundred characters of HTML.
LEAST_FORMULA_CHARACTERS: Final = 20
LINK_SCHEMES: Final = frozenset({"http", "https", "mailto"})
# An answer stands below the page's own h1 and the column's h2.
FIRST_HEADING: Final = 3
LAST_HEADING: Final = 6
ALIGNMENTS: Final = {
    "text-align:left": "align-left",
    "text-align:center": "align-center",
    "text-align:right": "align-right",
}
# How many characters of formulas this rendering may still translate, in its environment.
FORMULAS_LEFT: Final = "formulas_left"
TASK_TOKENS: Final = ["list_item_open", "paragraph_open", "inline"]
TASK_MARKS: Final = {"[ ] ": "☐ ", "[x] ": "☑ ", "[X] ": "☑ "}

ALLOWED_TAGS: Final = (
    frozenset(
        "p br hr h3 h4 h5 h6 blockquote ul ol li em strong s code pre a div span "
        "table thead tbody tr th td".split()
    )
    | mathml.TAGS
)
ALLOWED_ATTRIBUTES: Final = {
    "a": {"href", "title"},
    "ol": {"start"},
    **{tag: set(attributes) for tag, attributes in mathml.ATTRIBUTES.items()},
}
FIXED_ATTRIBUTE_VALUES: Final = {
    "pre": {"tabindex": {"0"}},
    "div": {"tabindex": {"0"}},
    "span": {"tabindex": {"0"}},
}
ALLOWED_CLASSES: Final = {
    "th": set(ALIGNMENTS.values()),
    "td": set(ALIGNMENTS.values()),
    "li": {"task"},
    "div": {"code-block", "formula", "table-scroll"},
    "span": {"code-language", "formula", *TOKEN_CLASSES},
    "pre": {"source", "plain"},
}


def render(text: str) -> SafeString:
    """The text's Markdown as HTML that is safe to put into a page as it is."""
    if len(text) > MAX_RENDERED_CHARACTERS:
        return as_plain_text(text)
    return sanitised(_markdown.render(text, {FORMULAS_LEFT: MAX_FORMULAS_CHARACTERS}))


def as_plain_text(text: str) -> SafeString:
    """The text unrendered, with its line breaks kept."""
    return sanitised(f'<pre class="plain" tabindex="0">{escape(text)}</pre>')


def sanitised(html: str) -> SafeString:
    """What the allow-list leaves of the HTML."""
    return mark_safe(_cleaner.clean(html))  # noqa: S308 - this is the sanitiser


class AnswerRenderer(RendererHTML):
    """Writes tokens as HTML, with classes where markdown-it would write styles."""

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        token = tokens[idx]
        words = token.info.split(maxsplit=1)
        language = language_of(words[0]) if words else None
        return _code_block(token.content, language)

    def code_block(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        return _code_block(tokens[idx].content, None)

    def table_open(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        # A wide table scrolls in its own box, which the keyboard must be able to reach.
        return '<div class="table-scroll" tabindex="0"><table>\n'

    def table_close(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        return "</table></div>\n"

    def math_inline(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        return _formula(tokens[idx], env) or escape(tokens[idx].markup)

    def math_display(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        formula = _formula(tokens[idx], env)
        # A paragraph can hold no div; the stylesheet makes a line of its own of this.
        return (
            f'<span class="formula" tabindex="0">{formula}</span>'
            if formula
            else escape(tokens[idx].markup)
        )

    def math_block(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        formula = _formula(tokens[idx], env)
        return (
            f'<div class="formula" tabindex="0">{formula}</div>\n'
            if formula
            else f'<pre class="plain" tabindex="0">{escape(tokens[idx].markup)}</pre>\n'
        )


def _formula(token: Token, env: EnvType) -> str | None:
    """The formula as MathML, or `None` if its source is to be shown."""
    env[FORMULAS_LEFT] -= max(len(token.content), LEAST_FORMULA_CHARACTERS)
    if env[FORMULAS_LEFT] < 0:
        return None
    return mathml.mathml(token.content, is_display=token.type != "math_inline")


def _code_block(source: str, language: str | None) -> str:
    label = f'<span class="code-language">{escape(language)}</span>' if language else ""
    code = highlighted(source, language)
    return (
        f'<div class="code-block">{label}<pre class="source" tabindex="0">'
        f"<code>{code}</code></pre></div>\n"
    )


def _is_allowed_link(url: str) -> bool:
    scheme, colon, _ = url.strip().partition(":")
    return bool(colon) and scheme.lower() in LINK_SCHEMES


def _fit_headings(state: StateCore) -> None:
    """Put the answer's headings under the page's, leaving no step out."""
    headings = [token for token in state.tokens if token.type in {"heading_open", "heading_close"}]
    levels = sorted({token.tag for token in headings})
    for token in headings:
        token.tag = f"h{min(FIRST_HEADING + levels.index(token.tag), LAST_HEADING)}"


def _align_cells_by_class(state: StateCore) -> None:
    for token in state.tokens:
        if token.type in {"th_open", "td_open"} and "style" in token.attrs:
            alignment = ALIGNMENTS.get(str(token.attrs.pop("style")))
            if alignment:
                token.attrSet("class", alignment)


def _mark_tasks(state: StateCore) -> None:
    tokens = state.tokens
    for item, paragraph, inline in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if [item.type, paragraph.type, inline.type] != TASK_TOKENS:
            continue
        first = inline.children[0] if inline.children else None
        mark = TASK_MARKS.get(first.content[:4]) if first and first.type == "text" else None
        if first and mark:
            first.content = mark + first.content[4:]
            item.attrSet("class", "task")


def _link_images(state: StateCore) -> None:
    """Show images as links: loading one would tell its server who reads, and when."""
    for inline in state.tokens:
        if inline.type == "inline" and any(t.type == "image" for t in inline.children or ()):
            inline.children = list(_without_images(inline.children or []))


def _without_images(tokens: Sequence[Token]) -> list[Token]:
    result: list[Token] = []
    links_open = 0
    for token in tokens:
        links_open += (token.type == "link_open") - (token.type == "link_close")
        if token.type != "image":
            result.append(token)
        elif links_open:
            result.append(_text_token(token.content or "image"))
        else:
            address = str(token.attrs.get("src", ""))
            opening = Token("link_open", "a", 1, attrs={"href": address})
            label = _text_token(f"Image: {token.content or address}")
            result += [opening, label, Token("link_close", "a", -1)]
    return result


def _text_token(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _make_markdown() -> MarkdownIt:
    options: dict[str, Any] = {"html": False, "linkify": False, "maxNesting": MAX_NESTING}
    markdown = MarkdownIt("commonmark", options, renderer_cls=AnswerRenderer)
    markdown.enable(["table", "strikethrough"])
    markdown.disable(["html_block", "html_inline"])
    add_formulas(markdown)
    markdown.validateLink = _is_allowed_link  # type: ignore[method-assign]
    for name, rule in (
        ("headings", _fit_headings),
        ("cells", _align_cells_by_class),
        ("tasks", _mark_tasks),
        ("images", _link_images),
    ):
        markdown.core.ruler.push(name, rule)
    return markdown


_markdown = _make_markdown()
_cleaner = nh3.Cleaner(
    tags=set(ALLOWED_TAGS),
    attributes=ALLOWED_ATTRIBUTES,
    tag_attribute_values=FIXED_ATTRIBUTE_VALUES,
    allowed_classes=ALLOWED_CLASSES,
    set_tag_attribute_values={"a": {"target": "_blank"}},
    link_rel="noopener noreferrer nofollow",
    url_schemes=set(LINK_SCHEMES),
    url_relative="deny",
)
