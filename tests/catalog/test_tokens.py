from dataclasses import dataclass

import pytest

from catalog.models import LanguageModel, Provider
from catalog.tokens import Estimate, estimate_prompt_tokens, estimate_text_tokens


@dataclass(frozen=True)
class Said:
    role: str
    content: str


def model(kind: str, name: str) -> LanguageModel:
    return LanguageModel(provider=Provider(kind=kind, slug="p", name="P"), name=name)


GPT_OSS = model("groq", "openai/gpt-oss-20b")
QWEN = model("groq", "qwen/qwen3.8-27b")
GPT = model("openai_compatible", "gpt-6-luna")
CLAUDE = model("anthropic", "claude-opus-5-5")
LOCAL = model("local", "qwen2.5-coder-0.5b-instruct")
UNKNOWN = model("openai_compatible", "mistral-small")

HELLO = [Said("user", "hello world")]
WITH_SYSTEM = [Said("system", "hello world"), *HELLO]


@pytest.mark.parametrize(
    ("asked", "messages", "estimate"),
    [
        (GPT_OSS, HELLO, Estimate(67 + 2, is_exact=True)),
        (GPT_OSS, WITH_SYSTEM, Estimate(67 + 7 + 4, is_exact=True)),
        (QWEN, HELLO, Estimate(10 + 2, is_exact=True)),
        (GPT, WITH_SYSTEM, Estimate(3 + 2 * 4 + 4, is_exact=True)),
        (CLAUDE, HELLO, Estimate(3, is_exact=False)),
        (UNKNOWN, HELLO, Estimate(3, is_exact=False)),
        (LOCAL, HELLO, Estimate(3, is_exact=False)),
        (model("openai_compatible", "qwen2.5-72b"), HELLO, Estimate(12, is_exact=False)),
    ],
)
def test_a_prompt_is_counted_in_its_models_encoding_with_the_chat_frame(
    asked: LanguageModel, messages: list[Said], estimate: Estimate
) -> None:
    assert estimate_prompt_tokens(asked, messages) == estimate


def test_a_text_alone_has_no_chat_frame() -> None:
    assert estimate_text_tokens(GPT_OSS, "hello world") == Estimate(2, is_exact=True)
    assert estimate_text_tokens(UNKNOWN, "") == Estimate(0, is_exact=False)


@pytest.mark.parametrize("asked", [GPT_OSS, QWEN, GPT, CLAUDE, LOCAL, UNKNOWN])
@pytest.mark.parametrize(
    "text",
    ["", "\0", "\ud800 half a pair", "<|endoftext|><|im_start|>", "a" * 100_000, "日本語 🧪"],
)
def test_no_text_is_too_odd_to_be_counted(asked: LanguageModel, text: str) -> None:
    assert estimate_text_tokens(asked, text).tokens >= len(text) // 100


def test_other_scripts_are_counted_by_bytes_where_the_encoding_is_unknown() -> None:
    assert estimate_text_tokens(UNKNOWN, "привет").tokens == 3
