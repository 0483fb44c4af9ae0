"""Which models take which parameters, as data.

The rules that match a model apply in order, each over the one before. Sources: the vendors' API
references and SDKs of autumn 2026 (console.groq.com/docs/api-reference and /docs/reasoning,
platform.claude.com/docs/en/api, developers.openai.com/api/docs/models, docs.vllm.ai,
docs.ollama.com). A vendor's own model list and the admin's overrides come over these.
"""

from dataclasses import dataclass

from catalog.parameters.specs import (
    ParameterSpec,
    ParameterType,
    Requirement,
    SpecChange,
    SpecChanges,
    Support,
)

EFFORT_LEVELS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")

# The smallest range that every provider with a seed takes: llama.cpp's is 32 bits wide.
LARGEST_SEED = 2**31 - 1

SPECS: tuple[ParameterSpec, ...] = (
    ParameterSpec(
        name="reasoning_effort",
        type=ParameterType.CHOICE,
        label="Reasoning effort",
        help="How much the model thinks before it answers. More is slower and costs more.",
        choices=EFFORT_LEVELS,
    ),
    ParameterSpec(
        name="temperature",
        type=ParameterType.NUMBER,
        label="Temperature",
        help="Low: the likeliest words, nearly the same each time. High: more varied, less sure.",
        minimum=0,
        maximum=2,
        step=0.05,
    ),
    ParameterSpec(
        name="top_p",
        type=ParameterType.NUMBER,
        label="Top P",
        help="Chooses among the likeliest words that together have this probability.",
        minimum=0,
        maximum=1,
        step=0.01,
    ),
    ParameterSpec(
        name="top_k",
        type=ParameterType.INTEGER,
        label="Top K",
        help="Chooses among this many likeliest words; 0 sets no limit.",
        minimum=0,
        step=1,
    ),
    ParameterSpec(
        name="min_p",
        type=ParameterType.NUMBER,
        label="Min P",
        help="Leaves out words less likely than this share of the likeliest one's probability.",
        minimum=0,
        maximum=1,
        step=0.01,
    ),
    ParameterSpec(
        name="max_completion_tokens",
        type=ParameterType.INTEGER,
        label="Max tokens",
        help="The answer ends here at the latest. Reasoning counts too.",
        minimum=1,
        step=1,
    ),
    ParameterSpec(
        name="stop",
        type=ParameterType.LIST,
        label="Stop texts",
        help="The answer ends before the first of these texts.",
        minimum=1,
        maximum=4,
    ),
    ParameterSpec(
        name="seed",
        type=ParameterType.INTEGER,
        label="Seed",
        help="The same seed with the same settings tends to give the same answer.",
        minimum=0,
        maximum=LARGEST_SEED,
        step=1,
    ),
    ParameterSpec(
        name="frequency_penalty",
        type=ParameterType.NUMBER,
        label="Frequency penalty",
        help="Above 0, words become less likely the more often they were used.",
        minimum=-2,
        maximum=2,
        step=0.1,
    ),
    ParameterSpec(
        name="presence_penalty",
        type=ParameterType.NUMBER,
        label="Presence penalty",
        help="Above 0, words that were used once become less likely: new subjects come up.",
        minimum=-2,
        maximum=2,
        step=0.1,
    ),
    ParameterSpec(
        name="response_format",
        type=ParameterType.CHOICE,
        label="Response format",
        help="json_object makes the answer one JSON object. Ask for JSON in the prompt as well.",
        choices=("text", "json_object"),
    ),
    ParameterSpec(
        name="repeat_penalty",
        type=ParameterType.NUMBER,
        label="Repeat penalty",
        help="Above 1, repetition becomes less likely. Small models need a little of it.",
        minimum=0.1,
        maximum=2,
        step=0.05,
    ),
)


@dataclass(frozen=True, slots=True)
class Rule:
    """What changes for the models that match. Patterns are shell-style; any one may match.

    `models` are compared with the model's name in lower case, `servers` with host:port of the
    provider's address.
    """

    kind: str
    changes: SpecChanges
    models: tuple[str, ...] = ("*",)
    servers: tuple[str, ...] = ("*",)


REFUSED: SpecChange = {"support": Support.REFUSED}


def _refused(*names: str) -> SpecChanges:
    return dict.fromkeys(names, REFUSED)


def _effort(*levels: str, default: str | None = None) -> SpecChanges:
    return {"reasoning_effort": {"support": Support.WORKS, "choices": levels, "default": default}}


_SAMPLING_DEFAULTS: SpecChanges = {"temperature": {"default": 1}, "top_p": {"default": 1}}
_LLAMA_CPP_ONLY = _refused("min_p", "repeat_penalty")

# 1,024 to 2,048 leave room: Groq counts the limit against the tokens per minute before it runs.
_GROQ_MAX_TOKENS = 2048
_GROQ_NO_EFFECT: SpecChange = {
    "support": Support.NO_EFFECT,
    "default": 0,
    "note": "Groq accepts it, but none of its models takes notice.",
}
_GROQ_RULES = (
    Rule(
        "groq",
        {
            **_SAMPLING_DEFAULTS,
            **_LLAMA_CPP_ONLY,
            **_refused("top_k", "reasoning_effort"),
            "max_completion_tokens": {
                "default": _GROQ_MAX_TOKENS,
                "is_always_sent": True,
                "note": "Groq counts this limit against your tokens per minute in advance.",
            },
            "response_format": {"default": "text"},
            "frequency_penalty": _GROQ_NO_EFFECT,
            "presence_penalty": _GROQ_NO_EFFECT,
        },
    ),
    Rule(
        "groq",
        {
            **_effort("low", "medium", "high", default="medium"),
            "max_completion_tokens": {"maximum": 65_536},
        },
        models=("openai/gpt-oss-*",),
    ),
    Rule(
        "groq",
        {
            "max_completion_tokens": {"maximum": 16_384},
            "temperature": {"note": "Qwen's makers advise against 0: the answer may loop."},
        },
        models=("qwen/*",),
    ),
    Rule(
        "groq",
        _effort("none", "low", "medium", "high", default="medium"),
        models=("qwen/qwen3.8-*",),
    ),
    Rule("groq", _effort("none", "default", default="default"), models=("qwen/qwen3.6-*",)),
    Rule("groq", {"max_completion_tokens": {"maximum": 4096}}, models=("allam-2-*",)),
)

_ANTHROPIC_RULES = (
    Rule(
        "anthropic",
        {
            **_LLAMA_CPP_ONLY,
            **_refused(
                "temperature",
                "top_p",
                "top_k",
                "frequency_penalty",
                "presence_penalty",
                "seed",
                "response_format",
            ),
            **_effort("low", "medium", "high", "xhigh", "max", default="high"),
            "max_completion_tokens": {
                "maximum": 128_000,
                "default": 4096,
                "is_always_sent": True,
                "note": "Thinking counts too: allow more at high effort.",
            },
            "stop": {"maximum": 16},
        },
    ),
    Rule(
        "anthropic",
        {"reasoning_effort": {"default": "medium"}},
        models=("claude-opus-5-5*", "claude-haiku-5-5*"),
    ),
    Rule(
        "anthropic",
        {**_refused("reasoning_effort"), "max_completion_tokens": {"maximum": 64_000}},
        models=("claude-*-4-5*", "claude-*-4-[01]*", "claude-*-4-20*", "claude-3*"),
    ),
)

_OPENAI_REASONING = ("gpt-[5-9]*", "openai/gpt-[5-9]*", "o[1-9]*", "openai/o[1-9]*")
_ONLY_WITHOUT_EFFORT: SpecChange = {
    "default": 1,
    "only_with": Requirement("reasoning_effort", ("none",)),
    "note": "Only with reasoning effort none.",
}
_OPENAI_COMPATIBLE_RULES = (
    Rule(
        "openai_compatible",
        {
            **_LLAMA_CPP_ONLY,
            "reasoning_effort": {
                "note": "Passed on as it is: not every server and model knows every level."
            },
            "stop": {"maximum": 16},
        },
    ),
    Rule("openai_compatible", _refused("top_k"), servers=("api.openai.com", "*:11434")),
    Rule(
        "openai_compatible",
        {"temperature": {"maximum": 1}},
        servers=("api.together.xyz", "api.together.ai"),
    ),
    Rule(
        "openai_compatible",
        _refused("stop", "frequency_penalty", "presence_penalty"),
        models=("grok-*", "x-ai/grok-*"),
    ),
    Rule(
        "openai_compatible",
        {
            **_SAMPLING_DEFAULTS,
            **_refused("top_k", "reasoning_effort"),
            "frequency_penalty": {"default": 0},
            "presence_penalty": {"default": 0},
            "stop": {"maximum": 4},
            "seed": {"note": "Best effort: the same answer is likely, not certain."},
        },
        models=("gpt-3.5*", "gpt-4*", "openai/gpt-4*", "chatgpt-4*", "ft:gpt-*"),
    ),
    Rule(
        "openai_compatible",
        {"max_completion_tokens": {"maximum": 32_768}},
        models=("gpt-4.1*", "openai/gpt-4.1*"),
    ),
    Rule(
        "openai_compatible",
        {
            **_refused("top_k", "frequency_penalty", "presence_penalty", "seed"),
            "temperature": _ONLY_WITHOUT_EFFORT,
            "top_p": _ONLY_WITHOUT_EFFORT,
            "max_completion_tokens": {"maximum": 128_000},
            "stop": {"maximum": 4, "note": "Not every reasoning model takes it."},
        },
        models=_OPENAI_REASONING,
    ),
    Rule(
        "openai_compatible",
        _effort(*EFFORT_LEVELS[1:]),
        models=("gpt-6-astra*", "gpt-6.1-sol*", "openai/gpt-6-astra*", "openai/gpt-6.1-sol*"),
    ),
    Rule(
        "openai_compatible",
        _effort("low", "medium", "high"),
        models=("o[1-9]*", "openai/o[1-9]*"),
    ),
)

_LOCAL_RULES = (
    Rule(
        "local",
        {
            **_refused("reasoning_effort", "response_format"),
            # Without these, models this small fall into loops.
            "temperature": {"default": 0.7},
            "top_p": {"default": 0.8},
            "top_k": {"default": 20},
            "repeat_penalty": {"default": 1.1},
            "max_completion_tokens": {
                "default": 256,
                "note": "Long answers keep this machine's processor busy.",
            },
            "min_p": {"default": 0.05},
            "frequency_penalty": {"default": 0},
            "presence_penalty": {"default": 0},
            "stop": {"maximum": 16},
        },
    ),
)

RULES: tuple[Rule, ...] = (
    *_GROQ_RULES,
    *_ANTHROPIC_RULES,
    *_OPENAI_COMPATIBLE_RULES,
    *_LOCAL_RULES,
)
