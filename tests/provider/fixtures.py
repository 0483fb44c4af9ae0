"""pytest fixtures around the simulated provider; a conftest imports those it needs."""

import secrets
from collections.abc import Iterator

import pytest

from tests.provider.server import RunningProvider, start_provider


@pytest.fixture(scope="session")
def provider() -> Iterator[RunningProvider]:
    """One simulated provider for all tests of the session: mark calls with a tag of your own."""
    with start_provider() as running:
        yield running


@pytest.fixture
def tag() -> str:
    """A mark for this test's calls: `sim:tag=…`."""
    return "t" + secrets.token_hex(5)
