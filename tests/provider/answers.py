"""What the simulated models say: texts cut into tokens, each ready as JSON."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, cycle, islice
from pathlib import Path

from tests.provider.script import Quirk, Script

_FOLDER = Path(__file__).parent / "answers"
_TEXTS = {path.stem: path.read_text(encoding="utf-8").rstrip() for path in _FOLDER.glob("*.md")}
STYLES = frozenset(_TEXTS) | {"words", "stamp"}

_PLAIN_TOKENS = 20
_TOKEN = re.compile(r"\s*\S{1,6}|\s+")
_WORDS = (
    "The quick answer runs past every gate while slow rivers carve stone under pale morning "
    "light and small boats cross between green islands where old clocks count hours softly"
).split()
_TOPIC_LENGTH = 72


@dataclass(frozen=True, slots=True)
class Pieces:
    """Text in the pieces it is sent in, and each as the inside of a JSON string.

    `tokens` holds how many tokens each piece is worth; `fragments` is empty for stamps, which
    are made when they are sent.
    """

    tokens: Sequence[int]
    texts: Sequence[str] = ()
    fragments: Sequence[bytes] = ()

    @property
    def token_count(self) -> int:
        return sum(self.tokens)


def natural_length(script: Script, topic: str) -> int:
    """Tokens of the answer when nothing limits it."""
    if script.tokens is not None:
        return script.tokens
    if script.style in ("words", "stamp"):
        return _PLAIN_TOKENS
    return len(_styled_tokens(script.style, topic))


def answer_tokens(script: Script, topic: str, count: int) -> Sequence[str]:
    """The first `count` tokens of the answer, going round when the style's text is shorter."""
    if script.style == "words":
        return _words(count)
    tokens = _styled_tokens(script.style, topic)
    again = ("\n\n" + tokens[0], *tokens[1:])
    return tuple(islice(chain(tokens, cycle(again)), count))


def reasoning_tokens(topic: str, count: int) -> Sequence[str]:
    tokens = _styled_tokens("reasoning", topic)
    again = ("\n\n" + tokens[0], *tokens[1:])
    return tuple(islice(chain(tokens, cycle(again)), count))


def until_stop(tokens: Sequence[str], stops: Sequence[str]) -> tuple[Sequence[str], str | None]:
    """Tokens before the first stop text, which is left out, and that stop text."""
    text = "".join(tokens)
    found = [(text.find(stop), stop) for stop in stops if stop and stop in text]
    if not found:
        return tokens, None
    end, stop = min(found)
    kept: list[str] = []
    for token in tokens:
        kept.append(token[:end])
        end -= len(token)
        if end <= 0:
            break
    return tuple(token for token in kept if token), stop


@lru_cache(maxsize=256)
def cut(tokens: tuple[str, ...], per_chunk: int, quirks: frozenset[Quirk]) -> Pieces:
    """Join `per_chunk` tokens to a piece and write each as JSON, with the quirks of the text."""
    ascii_only = Quirk.ESCAPED in quirks or Quirk.SURROGATES in quirks
    counts, texts, fragments = [], [], []
    for start in range(0, len(tokens), per_chunk):
        group = tokens[start : start + per_chunk]
        text = "".join(group)
        if Quirk.NUL in quirks and start == 2 * per_chunk:
            text += "\x00"
        fragment = json.dumps(text, ensure_ascii=ascii_only)[1:-1].encode()
        halves = _halves(fragment) if Quirk.SURROGATES in quirks else (fragment,)
        for half in halves:
            counts.append(len(group) if half is halves[-1] else 0)
            texts.append(text if half is halves[0] else "")
            fragments.append(half)
    return Pieces(tuple(counts), tuple(texts), tuple(fragments))


def stamps(count: int, per_chunk: int) -> Pieces:
    whole, rest = divmod(count, per_chunk)
    return Pieces((per_chunk,) * whole + ((rest,) if rest else ()))


def topic_of(prompt: str) -> str:
    """The prompt's first line, short enough to be named in an answer's sentence."""
    line = " ".join(prompt.strip().split("\n", 1)[0].split())
    line = line.replace("`", "'").replace("*", "").rstrip("?!. ")
    if len(line) <= _TOPIC_LENGTH:
        return line or "your question"
    return line[:_TOPIC_LENGTH].rsplit(" ", 1)[0] + " …"


@lru_cache(maxsize=64)
def _words(count: int) -> tuple[str, ...]:
    spaced = tuple(" " + word for word in _WORDS)
    return tuple(islice(chain((_WORDS[0],), islice(cycle(spaced), 1, None)), count))


@lru_cache(maxsize=256)
def _styled_tokens(style: str, topic: str) -> tuple[str, ...]:
    return tuple(_TOKEN.findall(_TEXTS[style].replace("{{topic}}", topic)))


_SURROGATE_PAIR = re.compile(rb"\\ud[89ab][0-9a-f]{2}(?=\\ud[c-f][0-9a-f]{2})")


def _halves(fragment: bytes) -> tuple[bytes, ...]:
    pair = _SURROGATE_PAIR.search(fragment)
    return (fragment[: pair.end()], fragment[pair.end() :]) if pair else (fragment,)
