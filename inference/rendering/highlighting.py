"""Source code in answers, coloured by class.

Only well-known languages, and only blocks of moderate size: lexers are regular expressions, and
what they read here is written by strangers.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from django.utils.html import escape
from pygments import lex
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Token, _TokenType

MAX_SOURCE_CHARACTERS: Final = 20_000
MAX_LINE_CHARACTERS: Final = 1_000

# By the names that people and models write after a fence, the name shown on the block.
LANGUAGES: Final = {
    "bash": "bash",
    "c": "c",
    "c++": "cpp",
    "cpp": "cpp",
    "cs": "csharp",
    "csharp": "csharp",
    "css": "css",
    "diff": "diff",
    "docker": "docker",
    "dockerfile": "docker",
    "go": "go",
    "golang": "go",
    "graphql": "graphql",
    "haskell": "haskell",
    "html": "html",
    "ini": "ini",
    "java": "java",
    "javascript": "javascript",
    "js": "javascript",
    "json": "json",
    "jsx": "jsx",
    "kotlin": "kotlin",
    "lua": "lua",
    "makefile": "makefile",
    "nginx": "nginx",
    "perl": "perl",
    "php": "php",
    "powershell": "powershell",
    "py": "python",
    "python": "python",
    "python3": "python",
    "r": "r",
    "rb": "ruby",
    "ruby": "ruby",
    "rs": "rust",
    "rust": "rust",
    "scala": "scala",
    "sh": "bash",
    "shell": "bash",
    "sql": "sql",
    "swift": "swift",
    "toml": "toml",
    "ts": "typescript",
    "tsx": "tsx",
    "typescript": "typescript",
    "xml": "xml",
    "yaml": "yaml",
    "yml": "yaml",
    "zsh": "bash",
}

# From the special to the general: a token takes the class of the first kind it is one of.
TOKEN_KINDS: Final[tuple[tuple[_TokenType, str], ...]] = (
    (Token.Comment, "tok-comment"),
    (Token.Keyword, "tok-keyword"),
    (Token.Operator.Word, "tok-keyword"),
    (Token.Name.Builtin, "tok-builtin"),
    (Token.Name.Function, "tok-function"),
    (Token.Name.Class, "tok-type"),
    (Token.Name.Decorator, "tok-function"),
    (Token.Name.Tag, "tok-keyword"),
    (Token.Name.Attribute, "tok-attribute"),
    (Token.Literal.String, "tok-string"),
    (Token.Literal.Number, "tok-number"),
    (Token.Generic.Inserted, "tok-inserted"),
    (Token.Generic.Deleted, "tok-deleted"),
)
TOKEN_CLASSES: Final = frozenset(name for _, name in TOKEN_KINDS)


def language_of(fence_word: str) -> str | None:
    """The language that a fence's first word names, or `None` for one not known here."""
    return LANGUAGES.get(fence_word.lower().strip("{}."))


def highlighted(source: str, language: str | None) -> str:
    """The source as escaped HTML, its tokens in spans with a class when that is safe to do."""
    if language is None or not _is_moderate(source):
        return escape(source)
    pieces: list[str] = []
    open_class = ""
    for kind, text in lex(source, _lexer(language)):
        token_class = _class_of(kind)
        if token_class != open_class:
            pieces.append(("</span>" if open_class else "") + _opening(token_class))
            open_class = token_class
        pieces.append(escape(text))
    return "".join(pieces) + ("</span>" if open_class else "")


def _opening(token_class: str) -> str:
    return f'<span class="{token_class}">' if token_class else ""


def _is_moderate(source: str) -> bool:
    return len(source) <= MAX_SOURCE_CHARACTERS and all(
        len(line) <= MAX_LINE_CHARACTERS for line in source.splitlines()
    )


@lru_cache(maxsize=64)
def _lexer(language: str) -> Lexer:
    return get_lexer_by_name(language, stripnl=False, ensurenl=False)


@lru_cache(maxsize=512)
def _class_of(kind: _TokenType) -> str:
    return next((name for general, name in TOKEN_KINDS if general in kind.split()), "")
