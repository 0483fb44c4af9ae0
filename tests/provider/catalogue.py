"""The model lists: demo models in each provider's own form, and rows a client must bear.

The key may say otherwise: `models=ID;ID` lists just these (any id of the grammar), so that a test
sees models come and go without touching another's list; `fault=NAME` fails the list.
"""

from collections.abc import Sequence

from tests.provider.replies import Dialect

_CREATED = 1_790_000_000
_CREATED_AT = "2026-09-21T14:13:20Z"

# id: (owner, context window, longest answer, USD per token for prompt, answer, cached prompt)
_GROQ_MODELS: dict[str, tuple[str, int, int, str, str, str]] = {
    "sim-swift": ("Breeze Labs", 131072, 32768, "0.000000050", "0.000000200", "0.000000025"),
    "sim-steady": ("Breeze Labs", 131072, 65536, "0.000000150", "0.000000600", "0.000000075"),
    "sim-thoughtful": ("Deep Well", 262144, 65536, "0.000000600", "0.000003000", "0.000000300"),
    "sim-poet": ("Atelier Nine", 32768, 8192, "0.000000300", "0.000000900", "0.000000150"),
    "sim-verbose": ("Atelier Nine", 131072, 65536, "0.000000250", "0.000000750", "0.000000125"),
    "sim-terse": ("Breeze Labs", 16384, 4096, "0.000000020", "0.000000080", "0.000000010"),
    "sim-coder": ("Brackets", 262144, 65536, "0.000000400", "0.000001600", "0.000000200"),
    "sim-analyst": ("Brackets", 131072, 32768, "0.000000350", "0.000001400", "0.000000175"),
    "sim-tutor": ("Deep Well", 65536, 16384, "0.000000200", "0.000000800", "0.000000100"),
    "sim-mathematician": ("Deep Well", 131072, 65536, "0.000001", "0.000005", "0.0000005"),
    "sim-skeptic": ("Atelier Nine", 65536, 16384, "0.000000250", "0.000001000", "0.000000125"),
    "sim-storyteller": ("Atelier Nine", 131072, 32768, "0.000000300", "0.000001200", "0.00000015"),
    "sim-polyglot": ("Babel", 131072, 32768, "0.000000180", "0.000000720", "0.000000090"),
    "sim-planner": ("Babel", 131072, 32768, "0.000000220", "0.000000880", "0.000000110"),
    "sim-sleepy": ("Old Clock", 8192, 2048, "0.000000010", "0.000000040", "0.000000005"),
    "sim-flaky": ("Old Clock", 32768, 8192, "0.000000010", "0.000000040", "0.000000005"),
}
_REASONERS = {"sim-thoughtful", "sim-mathematician"}
_OPENAI_MODELS = ("sim-breeze", "sim-atlas", "sim-quill")
_ANTHROPIC_MODELS = {"sim-scribe": "Sim Scribe", "sim-sage": "Sim Sage", "sim-ember": "Sim Ember"}


def model_rows(dialect: Dialect, only: Sequence[str] | None = None) -> list[dict[str, object]]:
    """What `GET models` lists; with `only`, these models and nothing odd."""
    if dialect is Dialect.ANTHROPIC:
        models = _ANTHROPIC_MODELS if only is None else {model: model for model in only}
        return [_anthropic_model(*each) for each in models.items()]
    if dialect is Dialect.OPENAI:
        return _openai_list() if only is None else [_base(model, "system") for model in only]
    return _groq_list() if only is None else [_groq_model(model) for model in only]


def as_list(dialect: Dialect, rows: list[dict[str, object]]) -> dict[str, object]:
    """The provider's answer around the rows."""
    return _page(rows) if dialect is Dialect.ANTHROPIC else {"object": "list", "data": rows}


def _base(model: str, owner: str) -> dict[str, object]:
    return {"id": model, "object": "model", "created": _CREATED, "owned_by": owner}


def _groq_list() -> list[dict[str, object]]:
    return [_groq_model(model) for model in _GROQ_MODELS] + _groq_oddities()


def _groq_model(model: str) -> dict[str, object]:
    facts = _GROQ_MODELS.get(model, _GROQ_MODELS["sim-steady"])
    owner, context, output, prompt, completion, cached = facts
    features = ["json_mode"] + (["reasoning"] if model in _REASONERS else [])
    return _base(model, owner) | {
        "active": True,
        "context_window": context,
        "max_completion_tokens": output,
        "public_apps": None,
        "context_length": context,
        "max_output_length": output,
        "input_modalities": ["text"],
        "output_modalities": ["text"],
        "pricing": {"prompt": prompt, "completion": completion, "input_cache_read": cached},
        "supported_sampling_parameters": ["temperature", "top_p", "stop", "seed", "max_tokens"],
        "supported_features": features,
    }


def _groq_oddities() -> list[dict[str, object]]:
    limits: dict[str, object] = {"active": True, "context_window": 8192, "public_apps": None}
    return [
        _base("sim-newcomer", "Somebody New")
        | {"pricing": None, "constellation": {"name": "Lyra", "stars": 7}},
        _base("sim-inactive", "Old Clock") | limits | {"active": False},
        _base("whisper-sim-v3", "Babel") | limits | {"context_window": 448},
        _base("sim-tts", "Babel") | limits | {"output_modalities": ["audio"]},
        _base("sim-guard-4b", "Deep Well") | limits,
    ]


def _openai_list() -> list[dict[str, object]]:
    models = [_base(model, "system") | {"shutdown_date": None} for model in _OPENAI_MODELS]
    leaving = _base("sim-terse", "system") | {"shutdown_date": "2027-01-14"}
    return [*models, leaving, _base("text-embedding-sim", "system"), _base("tts-sim", "system")]


def _page(models: list[dict[str, object]]) -> dict[str, object]:
    return {
        "data": models,
        "has_more": False,
        "first_id": models[0]["id"] if models else None,
        "last_id": models[-1]["id"] if models else None,
    }


def _anthropic_model(model: str, name: str) -> dict[str, object]:
    thinks = model == "sim-sage"
    levels = ("low", "medium", "high", "xhigh", "max")
    effort: dict[str, object] = {
        level: {"supported": thinks and level != "xhigh"} for level in levels
    }
    kinds = ("adaptive", "enabled", "disabled")
    return {
        "type": "model",
        "id": model,
        "display_name": name,
        "created_at": _CREATED_AT,
        "lifecycle": "active",
        "deprecated_at": None,
        "retires_at": None,
        "max_input_tokens": 1_000_000,
        "max_tokens": 65_536,
        "capabilities": {
            "effort": {"supported": thinks, **effort},
            "thinking": {
                "supported": thinks,
                "types": {kind: {"supported": thinks or kind == "disabled"} for kind in kinds},
            },
            "image_input": {"supported": False},
            "structured_outputs": {"supported": False},
        },
    }
