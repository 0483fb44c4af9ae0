"""A server without a name of its own is called "the provider", written as its place asks."""

import aiohttp
import pytest

from inference.adapters.errors import Party, refusal
from inference.adapters.transport_errors import transport_error

UNNAMED = Party("the provider")
CUT = aiohttp.ClientPayloadError()
SILENT = TimeoutError()


@pytest.mark.parametrize("error", [CUT, SILENT], ids=["cut", "silent"])
def test_a_lost_connection_names_it_as_its_place_asks(error: Exception) -> None:
    sentence = str(transport_error(UNNAMED, error))

    assert "the provider" in sentence or sentence.startswith("The provider")
    assert " The provider" not in sentence
    assert sentence[0].isupper()


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 408, 413, 429, 500, 529])
def test_a_refusal_names_it_as_its_place_asks(status: int) -> None:
    sentence = str(refusal(UNNAMED, status, {}, b""))

    assert " The provider" not in sentence
    assert sentence[0].isupper()


def test_a_cut_connection_is_told_in_one_flow() -> None:
    sentence = str(transport_error(UNNAMED, CUT))

    assert sentence == "The connection was cut by the provider or the network."
