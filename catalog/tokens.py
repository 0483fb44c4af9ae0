"""How many tokens a text is, before a provider says so."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from catalog.facts import ChatMessage
from catalog.models import LanguageModel, ProviderKind

BYTES_PER_TOKEN = 4


@dataclass(frozen=True, slots=True)
class Estimate:
    """`is_exact` where the model's own encoding was counted; a provider may still add a little."""

    tokens: int
    is_exact: bool


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a family of models turns text into tokens, and what its chat frame adds."""

    models: tuple[str, ...]
    name: str
    per_prompt: int = 0
    per_message: int = 0
    with_system: int = 0
    factor: float = 1.0
    is_exact: bool = True


ENCODINGS = (
    Encoding(("*gpt-oss*",), "o200k_harmony", per_prompt=67, with_system=7),
    Encoding(("*qwen3.[5-9]*",), "qwen3.5", per_prompt=10),
    Encoding(("*qwen*",), "qwen3.5", per_prompt=10, is_exact=False),
    # Anthropic's encoding is not public; current models make about half as many tokens again.
    Encoding(("claude-*", "*/claude-*"), "o200k_base", factor=1.5, is_exact=False),
    Encoding(
        ("gpt-4o*", "gpt-4.1*", "gpt-[5-9]*", "o[1-9]*", "chatgpt-4o*", "openai/*"),
        "o200k_base",
        per_prompt=3,
        per_message=4,
    ),
)


@dataclass(frozen=True, slots=True)
class PromptSize:
    """A prompt's tokens by part: what the chat frame adds in all, and what each message takes."""

    frame: int
    messages: tuple[int, ...]
    is_exact: bool


def measure_prompt(model: LanguageModel, messages: Sequence[ChatMessage]) -> PromptSize:
    """Estimate each message of a prompt by itself. Blocks for up to half a second on first use.

    The parts add up to no less than `estimate_prompt_tokens` of the whole.
    """
    texts = [message.content for message in messages]
    encoding = _encoding_of(model)
    if encoding is None:
        sizes = [len(_well_formed(text).encode()) for text in texts]
        return PromptSize(0, tuple(-(-size // BYTES_PER_TOKEN) for size in sizes), is_exact=False)
    counts = tuple(
        encoding.per_message + math.ceil(count * encoding.factor)
        for count in _counts(texts, encoding)
    )
    return PromptSize(encoding.per_prompt + encoding.with_system, counts, encoding.is_exact)


def estimate_prompt_tokens(model: LanguageModel, messages: Sequence[ChatMessage]) -> Estimate:
    """Estimate a prompt with its chat frame. Blocks for up to half a second on first use."""
    texts = [message.content for message in messages]
    encoding = _encoding_of(model)
    if encoding is None:
        return _by_bytes(texts)
    frame = encoding.per_prompt + encoding.per_message * len(messages)
    if any(message.role == "system" for message in messages):
        frame += encoding.with_system
    return Estimate(frame + _counted(texts, encoding), encoding.is_exact)


def estimate_text_tokens(model: LanguageModel, text: str) -> Estimate:
    """Estimate an answer, or any text without a chat frame."""
    encoding = _encoding_of(model)
    if encoding is None:
        return _by_bytes([text])
    return Estimate(_counted([text], encoding), encoding.is_exact)


def _encoding_of(model: LanguageModel) -> Encoding | None:
    if model.provider.kind == ProviderKind.LOCAL:
        return None
    name = model.name.lower()
    for encoding in ENCODINGS:
        if any(fnmatchcase(name, pattern) for pattern in encoding.models):
            return encoding
    return None


def _counted(texts: Iterable[str], encoding: Encoding) -> int:
    return math.ceil(sum(_counts(texts, encoding)) * encoding.factor)


def _counts(texts: Iterable[str], encoding: Encoding) -> list[int]:
    # The tables are some megabytes: only a process that counts loads them.
    import toktok  # type: ignore[import-untyped]

    counts: list[int] = toktok.batch_count([_well_formed(text) for text in texts], encoding.name)
    return counts


def _by_bytes(texts: Iterable[str]) -> Estimate:
    """Bytes are the safer rule: characters undercount most languages but English."""
    size = sum(len(_well_formed(text).encode()) for text in texts)
    return Estimate(math.ceil(size / BYTES_PER_TOKEN), is_exact=False)


def _well_formed(text: str) -> str:
    """Half surrogate pairs cannot be encoded; a question mark counts for each."""
    return text.encode("utf-8", "replace").decode()
