import re

import pytest

from tests.provider.answers import STYLES
from tests.provider.presets import PRESETS
from tests.provider.script import (
    ALL_IN_ONE,
    Fault,
    Quirk,
    Script,
    UnknownModelError,
    read_model_id,
    read_stamps,
)


def read(model: str) -> Script:
    return read_model_id(model, PRESETS, STYLES)


def test_an_id_sets_pace_length_and_tag() -> None:
    script = read("sim:ttft=200,tps=50,tokens=300,reasoning=40,tag=a-1")

    assert script.ttft_ms == 200
    assert script.tokens_per_second == 50
    assert script.tokens == 300
    assert script.reasoning_tokens == 40
    assert script.tag == "a-1"


def test_own_settings_replace_the_presets() -> None:
    script = read("sim-cut:at=3")

    assert script.fault is Fault.CUT
    assert script.tokens == 40
    assert script.at == 3


def test_quirks_are_joined_by_dots() -> None:
    assert read("sim:quirks=crlf.split-utf8").quirks == {Quirk.CRLF, Quirk.SPLIT_UTF8}


def test_all_is_one_chunk() -> None:
    assert read("sim:chunk=all").tokens_per_chunk == ALL_IN_ONE


def test_no_retry_after_can_be_asked_for() -> None:
    assert read("sim:fault=rate-limit,retry-after=none").retry_after is None


@pytest.mark.parametrize(
    "model",
    [
        "gpt-4o",
        "sim:ttft",
        "sim:ttft=",
        "sim:ttft=soon",
        "sim:ttft=-1",
        "sim:ttft=inf",
        "sim:ttft=nan",
        "sim:tokens=1.5",
        "sim:speed=3",
        "sim:fault=bad-luck",
        "sim:quirks=crlf.odd",
        "sim:style=opera",
        "sim:usage=sometimes",
        "sim:tag=a b",
        "sim:tag=a/b",
    ],
)
def test_an_id_that_breaks_the_grammar_is_unknown(model: str) -> None:
    with pytest.raises(UnknownModelError):
        read(model)


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_every_preset_is_a_script_with_a_plain_name(preset: str) -> None:
    assert re.fullmatch(r"sim(-[a-z0-9]+)*", preset)
    assert read(preset).model == preset


@pytest.mark.parametrize("fault", list(Fault))
def test_every_fault_has_a_preset(fault: Fault) -> None:
    assert fault in {read(preset).fault for preset in PRESETS}


def test_stamps_are_read_back() -> None:
    assert read_stamps(" 000000000000012 000000000000345") == [12, 345]
