"""How a model id says what the simulated provider does.

    PRESET[:NAME=VALUE[,NAME=VALUE]...]

    sim                                         20 plain words, at once
    sim:ttft=200,tps=50,tokens=300              the first word after 200 ms, then 50 a second
    sim-thoughtful:tag=a1                       a preset of `presets.py`, calls marked `a1`
    sim:tokens=40,fault=cut,at=10               the connection is cut after 10 tokens
    sim:fault=rate-limit,retry-after=2,fail-first=1   429 once, then an answer
    sim:style=unicode,quirks=crlf.split-utf8    oddities, joined by dots

Names and values hold letters, digits, `-`, `_` and `.` only, so an id needs no quoting in a URL's
path, in JSON or in a table. Later values replace the preset's. An id that breaks the grammar is
answered with 404 and says why.

| name | value | default | meaning |
| --- | --- | --- | --- |
| `ttft` | ms | 0 | request → first token, reasoning included |
| `tps` | tokens per s | 0 | pace after the first token; 0 is as fast as it goes |
| `tokens` | count | style's length, else 20 | tokens of the answer itself |
| `reasoning` | count | 0 | tokens of reasoning before the answer |
| `chunk` | count or `all` | 1 | tokens in one chunk, which is sent when its last one is due |
| `style` | words, stamp, unicode, or a file of `answers/` | words | what the text is |
| `fault` | see `Fault` | none | what goes wrong |
| `at` | count | 0 | tokens sent before a fault amid the stream |
| `retry-after` | s, `date`, `none` | 2 | the header of `rate-limit`; `date` is 2 s ahead |
| `fail-first` | count | 0 | only the first so many calls of this id fail; 0 is all |
| `quirks` | see `Quirk` | none | what is odd and must be tolerated |
| `usage` | all, chunk, x-groq, none | all | where token counts are told |
| `finish` | any word, `none` | by the answer | the finish reason; `none` ends without one |
| `field` | reasoning, reasoning_content, hidden, think | reasoning | where reasoning is put |
| `context`, `output` | tokens | 131072, 65536 | the model's limits |
| `cached`, `queue` | tokens, ms | 0, 5 | cached prompt tokens and queue time, as reported |
| `tag` | word | none | marks the calls in `/_sim/calls` |

**Pace.** Token k (from 0, reasoning counted) is due at start + ttft + k ÷ tps, on an absolute
scale: a late one does not delay the next, and several late ones share one write. So a stream's own
time is ttft + (reasoning + tokens - 1) ÷ tps.

**Keys.** Every key is taken but `invalid` (401). `models=ID;ID` and `fault=NAME` change the model
list, see `catalogue.py`. An id that the list does not show is served all the same.

**Stamps.** With `style=stamp` each token is `STAMP_WIDTH` characters: a space and the time of its
sending in µs of `time.monotonic()` (shared by all processes of one machine), zero-padded.
The answer has `tokens` × `STAMP_WIDTH` characters. See `read_stamps`.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

STAMP_WIDTH = 16


class Fault(StrEnum):
    """What goes wrong. Those from `HANG_HEADERS` on begin or stay amid a 200 answer."""

    UNAUTHORIZED = "unauthorized"  # 401
    PAYMENT = "payment"  # 402
    FORBIDDEN = "forbidden"  # 403
    FORBIDDEN_HTML = "forbidden-html"  # 403 with a page of a filter in front
    MODEL_NOT_FOUND = "model-not-found"  # 404
    MODEL_DECOMMISSIONED = "model-decommissioned"  # 400
    UNSUPPORTED_PARAMETER = "unsupported-parameter"  # 400
    NO_STREAM_OPTIONS = "no-stream-options"  # 400 as long as stream_options is sent
    CONTEXT_LENGTH = "context-length"  # 400
    TOO_MANY_TOKENS = "too-many-tokens"  # 413: Groq's limit per minute
    BODY_TOO_LARGE = "body-too-large"  # 413: of the request's bytes
    UNPROCESSABLE = "unprocessable"  # 422
    RATE_LIMIT = "rate-limit"  # 429
    DAILY_LIMIT = "daily-limit"  # 429 that ends tomorrow
    CAPACITY = "capacity"  # 498
    SERVER_ERROR = "server-error"  # 500 with an empty body
    BAD_GATEWAY = "bad-gateway"  # 502 with HTML
    UNAVAILABLE = "unavailable"  # 503
    OVERLOADED = "overloaded"  # 529
    HTML = "html"  # 200 with a page

    HANG_HEADERS = "hang-headers"  # no answer at all
    HANG_FIRST = "hang-first"  # headers, then silence
    HANG = "hang"  # silence after `at` tokens
    CUT = "cut"  # connection closed after `at` tokens
    MALFORMED = "malformed"  # a broken data line after `at` tokens, then the rest
    ERROR = "error"  # an error object in the data after `at` tokens, then the end
    ERROR_IN_X_GROQ = "error-in-x-groq"  # the same as `x_groq.error` in the last chunk
    REFUSAL = "refusal"  # stops after `at` tokens: Anthropic's refusal, else content_filter


class Quirk(StrEnum):
    """What real servers do now and then and clients must bear."""

    CRLF = "crlf"  # line ends \r\n
    COMMENTS = "comments"  # comment lines between events
    JOINED = "joined"  # two events in one write
    SPLIT_UTF8 = "split-utf8"  # a character's bytes in two writes
    SPLIT_EVENTS = "split-events"  # every event in two writes
    DRIP = "drip"  # every event in pieces of a few bytes over the time of its tokens
    MULTILINE = "multiline"  # one event's JSON over two data lines
    NO_SPACE = "no-space"  # `data:{` without the space
    ESCAPED = "escaped"  # non-ASCII as \uXXXX
    SURROGATES = "surrogates"  # the two halves of an escaped pair in two chunks
    NUL = "nul"  # U+0000 in the text
    EMPTY_FIRST = "empty-first"  # chunks with empty content before the first token
    NO_DONE = "no-done"  # no [DONE], or no message_stop
    NO_ROLE = "no-role"  # the stream begins with the first text
    NULL_CHOICES = "null-choices"  # usage chunk and a stray one with `choices: null`
    SPARSE = "sparse"  # no id, created and the like
    UNKNOWN_EVENT = "unknown-event"  # an event or object of a kind nobody knows
    LENIENT = "lenient"  # unknown parameters are ignored, as vLLM and Ollama do
    SAMPLING_REFUSED = "sampling-refused"  # as GPT-6: no temperature, top_p, max_tokens


UsagePlace = Literal["all", "chunk", "x-groq", "none"]
ReasoningField = Literal["reasoning", "reasoning_content", "hidden", "think"]


@dataclass(frozen=True, slots=True)
class Script:
    """One model id, read. The module's docstring explains every part."""

    model: str
    ttft_ms: float = 0
    tokens_per_second: float = 0
    tokens: int | None = None
    reasoning_tokens: int = 0
    tokens_per_chunk: int = 1
    style: str = "words"
    fault: Fault | None = None
    at: int = 0
    retry_after: str | None = "2"
    fail_first: int = 0
    quirks: frozenset[Quirk] = frozenset()
    usage: UsagePlace = "all"
    finish: str | None = None
    reasoning_field: ReasoningField = "reasoning"
    context_window: int = 131_072
    max_output: int = 65_536
    cached_tokens: int = 0
    queue_ms: float = 5
    tag: str = ""


class UnknownModelError(ValueError):
    """The id is no preset or breaks the grammar; the text says what is wrong."""


ALL_IN_ONE = 1_000_000_000
_ALLOWED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")
_FIELDS = {
    "ttft": "ttft_ms",
    "tps": "tokens_per_second",
    "reasoning": "reasoning_tokens",
    "chunk": "tokens_per_chunk",
    "retry-after": "retry_after",
    "fail-first": "fail_first",
    "field": "reasoning_field",
    "context": "context_window",
    "output": "max_output",
    "cached": "cached_tokens",
    "queue": "queue_ms",
} | {name: name for name in ("tokens", "style", "fault", "at", "quirks", "usage", "finish", "tag")}
_NUMBERS = ("ttft_ms", "tokens_per_second", "queue_ms")
_COUNTS = (
    "tokens",
    "reasoning_tokens",
    "at",
    "fail_first",
    "context_window",
    "max_output",
    "cached_tokens",
)
_WORDS = {
    "usage": ("all", "chunk", "x-groq", "none"),
    "reasoning_field": ("reasoning", "reasoning_content", "hidden", "think"),
}


def read_model_id(model: str, presets: dict[str, str], styles: frozenset[str]) -> Script:
    """Turn an id into its script. Raises `UnknownModelError`."""
    name, _, own = model.partition(":")
    if name not in presets:
        raise UnknownModelError(f"no preset is called {name!r}")
    script = Script(model=model)
    for part in (presets[name], own):
        if part:
            script = _with_settings(script, part)
    if script.style not in styles:
        raise UnknownModelError(f"no style is called {script.style!r}")
    return script


def read_stamps(text: str) -> list[int]:
    """Times of sending, in µs of `time.monotonic()`, from a text of whole stamps."""
    return [int(text[i : i + STAMP_WIDTH]) for i in range(0, len(text), STAMP_WIDTH)]


def _with_settings(script: Script, settings: str) -> Script:
    changes: dict[str, object] = {}
    for setting in settings.split(","):
        name, equals, value = setting.partition("=")
        if not equals or not value or not _ALLOWED.issuperset(value):
            raise UnknownModelError(f"{setting!r} is not name=value")
        if name not in _FIELDS:
            raise UnknownModelError(f"no setting is called {name!r}")
        changes[_FIELDS[name]] = _value(_FIELDS[name], value)
    return replace(script, **changes)  # type: ignore[arg-type]


def _value(field: str, text: str) -> object:
    try:
        if field == "fault":
            return None if text == "none" else Fault(text)
        if field == "quirks":
            return frozenset(Quirk(part) for part in text.split("."))
        if field == "tokens_per_chunk":
            return ALL_IN_ONE if text == "all" else max(1, int(text))
        if field == "retry_after":
            return None if text == "none" else text
        if field in _WORDS and text not in _WORDS[field]:
            raise ValueError(text)
        if field in _NUMBERS:
            return _not_negative(float(text))
        return _not_negative(int(text)) if field in _COUNTS else text
    except ValueError:
        raise UnknownModelError(f"{text!r} is no value for {field!r}") from None


def _not_negative(number: float) -> float:
    if not 0 <= number < float("inf"):
        raise ValueError(number)
    return number
