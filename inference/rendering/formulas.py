r"""Where formulas stand in Markdown: `$…$`, `$$…$$`, `\(…\)` and `\[…\]`.

Money is written with the same sign, so a `$` counts only where it hugs what it encloses, and prose
between two prices is no formula.
"""

from __future__ import annotations

import re
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

from inference.rendering.mathml import MAX_FORMULA_CHARACTERS

MAX_BLOCK_LINES: Final = 60

# Each alternative begins differently, so a search that fails has looked at each character once.
_UP_TO: Final = f"{{1,{MAX_FORMULA_CHARACTERS}}}?"
_IN_LINE: Final = {
    "$": re.compile(rf"\$((?:[^\\$`\n]|\\.|\n(?!\s*\n)){_UP_TO})\$", re.DOTALL),
    "$$": re.compile(rf"\$\$((?:[^\\$\n]|\\.|\$(?!\$)|\n(?!\s*\n)){_UP_TO})\$\$", re.DOTALL),
    r"\(": re.compile(rf"\\\(((?:[^\\\n]|\\[^()]|\n(?!\s*\n)){_UP_TO})\\\)", re.DOTALL),
    r"\[": re.compile(rf"\\\[((?:[^\\\n]|\\[^\[\]]|\n(?!\s*\n)){_UP_TO})\\\](?!\()", re.DOTALL),
}
_DISPLAYED: Final = frozenset({"$$", r"\["})
_BLOCK_ENDS: Final = {"$$": "$$", r"\[": r"\]"}
_WORD: Final = re.compile(r"(?<![\\a-zA-Z])[a-zA-Z]{2,}")
# As in "the $n$th".
_ORDINAL: Final = re.compile(r"(?:th|st|nd|rd|s)\b")
_FORMULA_SIGNS: Final = re.compile(r"[\\^_={}]")


def add_formulas(markdown: MarkdownIt) -> None:
    """Make `math_inline`, `math_display` and `math_block` tokens; `markup` is all as written."""
    markdown.inline.ruler.before("escape", "formula", _inline_formula)
    markdown.block.ruler.before(
        "fence",
        "formula_block",
        _formula_block,
        {"alt": ["paragraph", "reference", "blockquote", "list"]},
    )


def _inline_formula(state: StateInline, silent: bool) -> bool:
    opening = state.src[state.pos : state.pos + 2]
    if opening not in _IN_LINE:
        opening = opening[:1]
    pattern = _IN_LINE.get(opening)
    found = pattern.match(state.src, state.pos, state.posMax) if pattern else None
    if not found or not found[1].strip() or (opening == "$" and _is_money(state, found)):
        return False
    if not silent:
        token = state.push("math_display" if opening in _DISPLAYED else "math_inline", "math", 0)
        token.content, token.markup = found[1].strip(), found[0]
    state.pos = found.end()
    return True


def _is_money(state: StateInline, found: re.Match[str]) -> bool:
    content = found[1]
    before = state.src[found.start() - 1 : found.start()]
    if content != content.strip() or before.isalnum() or before == "$":
        return True
    if state.src[found.end() : found.end() + 1].isalnum() and not _ORDINAL.match(
        state.src, found.end()
    ):
        return True
    begins_as_price = content[0].isdigit()
    return bool(begins_as_price and _WORD.search(content) and not _FORMULA_SIGNS.search(content))


def _formula_block(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    if state.is_code_block(start_line):
        return False
    first = _line(state, start_line)
    opening = first[:2]
    if opening not in _BLOCK_ENDS:
        return False
    ending = _BLOCK_ENDS[opening]
    last_line = _last_line(state, start_line, end_line, opening)
    if last_line is None:
        return False
    source = state.getLines(start_line, last_line + 1, state.blkIndent, False).strip()
    content = source[2:-2].strip()
    if not content or ending in content:
        return False
    if not silent:
        token = state.push("math_block", "math", 0)
        token.content, token.markup = content, source
        token.map = [start_line, last_line + 1]
        token.block = True
        state.line = last_line + 1
    return True


def _last_line(state: StateBlock, start_line: int, end_line: int, opening: str) -> int | None:
    """Return the line that ends the formula, if that comes before a blank line or another start."""
    ending = _BLOCK_ENDS[opening]
    if len(first := _line(state, start_line)) > len(opening + ending) and first.endswith(ending):
        return start_line
    for line in range(start_line + 1, min(end_line, start_line + MAX_BLOCK_LINES)):
        text = _line(state, line)
        if not text or state.sCount[line] < state.blkIndent:
            return None
        if text.endswith(ending):
            return line
        if text.startswith(opening):
            return None
    return None


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].strip()
