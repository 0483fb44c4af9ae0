"""The registry makes adapters and costs nothing before it does."""

import subprocess
import sys

import pytest

from inference.adapters import KINDS, UnknownKind, load_kind, make_adapter
from inference.adapters.base import Connection

HEAVY = ("aiohttp", "anthropic", "groq", "httpx", "httpx2", "openai", "xllamacpp")


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(UnknownKind, match="telepathy"):
        make_adapter(Connection("telepathy", ""))


def test_every_remote_kind_can_be_loaded() -> None:
    for name, kind in KINDS.items():
        if kind.is_remote:
            assert callable(load_kind(name))


def test_the_registry_and_the_contract_import_no_sdk() -> None:
    code = (
        "import sys, inference.adapters, inference.adapters.base;"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )

    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout

    assert printed.strip() == "[]"


def test_a_connection_shows_no_key() -> None:
    assert "secret" not in repr(Connection("groq", "", api_key="secret"))
