"""LaTeX formulas as MathML, which browsers set and screen readers read by themselves.

The formulas are hostile input and the library that reads them is lenient, so nothing of its output
is taken over as text: its tree is written anew, with listed tags, attributes and values only.
"""

from __future__ import annotations

import html
import re
from typing import Final
from xml.etree.ElementTree import Element

from django.utils.html import escape
from latex2mathml.converter import Converter

MAX_FORMULA_CHARACTERS: Final = 2_000
MAX_DEPTH: Final = 60

_FLAG: Final = re.compile(r"true|false")
_LENGTH: Final = re.compile(r"-?[0-2]?(\.\d{1,3})?em")
_VARIANT: Final = re.compile(r"[a-z-]{1,25}")
_SIDE: Final = re.compile(r"left|right|center")
_OPERATOR: Final = {
    "fence": _FLAG,
    "form": re.compile(r"prefix|infix|postfix"),
    "mathvariant": _VARIANT,
    "maxsize": _LENGTH,
    "minsize": _LENGTH,
    "stretchy": _FLAG,
}
ATTRIBUTES: Final[dict[str, dict[str, re.Pattern[str]]]] = {
    "math": {"display": re.compile(r"inline|block")},
    "merror": {},
    "mfrac": {"linethickness": re.compile(r"0(px|pt|em)?")},
    "mi": {"mathvariant": _VARIANT},
    "mmultiscripts": {},
    "mn": {"mathvariant": _VARIANT},
    "mo": _OPERATOR,
    "mover": {"accent": _FLAG},
    "mpadded": {},
    "mphantom": {},
    "mprescripts": {},
    "mroot": {},
    "mrow": {},
    "mspace": {"width": _LENGTH},
    "msqrt": {},
    "mstyle": {"displaystyle": _FLAG, "scriptlevel": re.compile(r"\d")},
    "msub": {},
    "msubsup": {},
    "msup": {},
    "mtable": {"displaystyle": _FLAG},
    "mtd": {"columnalign": _SIDE},
    "mtext": {"mathvariant": _VARIANT},
    "mtr": {},
    "munder": {"accentunder": _FLAG},
    "munderover": {},
}
TAGS: Final = frozenset(ATTRIBUTES)

_PARTS: Final = {
    "mfrac": 2,
    "mover": 2,
    "mroot": 2,
    "msub": 2,
    "msubsup": 3,
    "msup": 2,
    "munder": 2,
    "munderover": 3,
}

# Definitions of commands expand each other: a few lines could ask for any amount of memory.
_DEFINITION: Final = re.compile(r"\\(?:(?:re)?newcommand|def|let)(?![a-zA-Z])")
# Environments that the library does not know, by the ones that look the same.
_SAME_LOOK: Final = {
    "aligned": "align*",
    "equation": "align*",
    "equation*": "align*",
    "align": "align*",
    "gathered": "matrix",
    "gather": "matrix",
    "gather*": "matrix",
}
_ENVIRONMENT: Final = re.compile(r"\\(begin|end)\s*\{([a-z]+\*?)\}")
# Drawn around a formula or not at all: a browser's MathML has no such element.
_TRANSPARENT: Final = {"menclose": "mrow"}


def mathml(latex: str, *, is_display: bool) -> str | None:
    """Return the formula as a `math` element, or `None` if it is not one that can be shown."""
    if len(latex) > MAX_FORMULA_CHARACTERS or _DEFINITION.search(latex):
        return None
    try:
        tree = Converter(display="block" if is_display else "inline").convert_to_element(
            _ENVIRONMENT.sub(_with_known_name, latex)
        )
        return _written(tree, MAX_DEPTH)
    # What is wrong with a formula comes as any of a dozen of its own errors, as an IndexError or as
    # a RecursionError, whatever the line that stumbles over it raises.
    except Exception:  # noqa: BLE001
        return None


class _NotShowable(ValueError):
    """The tree holds something that the page has no way to show."""


def _with_known_name(environment: re.Match[str]) -> str:
    name = environment[2]
    return f"\\{environment[1]}{{{_SAME_LOOK.get(name, name)}}}"


def _written(element: Element, depth_left: int) -> str:
    tag = _TRANSPARENT.get(element.tag, element.tag)
    if tag not in TAGS or len(element) != _PARTS.get(tag, len(element)) or not depth_left:
        raise _NotShowable(tag)
    attributes = "".join(
        f' {name}="{escape(value)}"'
        for name, value in element.attrib.items()
        if (allowed := ATTRIBUTES[tag].get(name)) and allowed.fullmatch(value)
    )
    inner = "".join(_written(child, depth_left - 1) for child in element)
    return f"<{tag}{attributes}>{_text(element)}{inner}</{tag}>"


def _text(element: Element) -> str:
    text = html.unescape(element.text or "")
    if element.tag != "mtext" and re.match(r"\\[a-zA-Z]", text):
        raise _NotShowable(text)
    return escape(text)
