"""Gives the suite a real Redis and a real PostgreSQL before Django reads its settings.

pytest loads this with `-p` (see pyproject.toml). `REDIS_URL` and `DATABASE_URL` are used where they
are set; otherwise private servers are started, in a few hundred milliseconds, for this session.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.fixtures.servers import start_postgres, start_redis

# Whatever the machine has set, no test calls a provider, sends mail or loads a local model unasked.
_NEUTRAL = {
    "ANTHROPIC_API_KEY": "",
    "DEBUG": "false",
    "EMAIL_URL": "memorymail://",
    "GROQ_API_KEY": "",
    "HTTPS": "false",
    "LOCAL_MODELS": "off",
    "OPENAI_API_KEY": "",
    "SECRET_KEY": "a secret for tests only, longer than fifty characters in all",
    # A developer's own `.env` must not reach the tests.
    "ENV_FILE": os.devnull,
}


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    # A wrapper, because pytest-django reads the settings in the same hook and asks to be first.
    stack = ExitStack()
    early_config.add_cleanup(stack.close)
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mmchat-tests-")))
    os.environ.update(_NEUTRAL, VAR_DIR=str(folder / "var"))
    # whitenoise warns of a missing folder, and warnings are errors here.
    (folder / "var" / "static").mkdir(parents=True)
    if not os.environ.get("REDIS_URL"):
        redis = start_redis(folder / "redis")
        stack.callback(redis.stop)
        os.environ["REDIS_URL"] = redis.url
    if not os.environ.get("DATABASE_URL"):
        postgres = start_postgres(folder / "postgres")
        stack.callback(postgres.stop)
        os.environ["DATABASE_URL"] = postgres.url()
    return (yield)
