import pytest

from inference.adapters.base import (
    BadRequest,
    BrokenAnswer,
    ContextTooLong,
    Delta,
    Event,
    Finish,
    TextKind,
    Usage,
)
from inference.local_models.chunks import events_of


def read(chunk: bytes) -> list[Event]:
    return list(events_of(chunk, "tiny"))


def test_reasoning_and_answer_are_told_apart() -> None:
    chunk = b'{"choices": [{"delta": {"reasoning_content": "hm", "content": "yes"}}]}'

    assert read(chunk) == [Delta(TextKind.REASONING, "hm"), Delta(TextKind.ANSWER, "yes")]


@pytest.mark.parametrize(
    "chunk",
    [
        b'{"choices": [{"delta": {"role": "assistant", "content": null}}]}',
        b'{"choices": [{"delta": {"content": ""}}]}',
        b'{"choices": [{"delta": {}}], "prompt_progress": {"total": 9, "processed": 3}}',
    ],
)
def test_a_chunk_without_text_is_no_event(chunk: bytes) -> None:
    assert read(chunk) == []


def test_the_end_and_the_figures_are_read() -> None:
    end = b'{"choices": [{"delta": {}, "finish_reason": "length"}]}'
    figures = (
        b'{"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 5,'
        b' "prompt_tokens_details": {"cached_tokens": 2}},'
        b' "timings": {"predicted_per_second": 80.5}}'
    )

    assert read(end) == [Finish("length")]
    assert read(figures) == [
        Usage(
            prompt_tokens=7, cached_tokens=2, completion_tokens=5, provider_tokens_per_second=80.5
        )
    ]


def test_bytes_that_are_no_text_become_replacement_characters() -> None:
    chunk = b'{"choices": [{"delta": {"content": "a\xf0\x9f\\u0000"}}]}'

    assert read(chunk) == [Delta(TextKind.ANSWER, "a��")]


def test_a_prompt_over_the_context_names_both_numbers() -> None:
    chunk = (
        b'{"error": {"type": "exceed_context_size_error", "message": "too long",'
        b' "n_prompt_tokens": 3031, "n_ctx": 2048}}'
    )

    with pytest.raises(ContextTooLong, match=r"3,031 tokens; .* room for 2,048"):
        read(chunk)


def test_other_errors_keep_the_engines_words() -> None:
    with pytest.raises(BadRequest, match="no such field"):
        read(b'{"error": {"type": "invalid_request_error", "message": "no such field"}}')
    with pytest.raises(BrokenAnswer, match="out of luck"):
        read(b'{"error": {"type": "server_error", "message": "out of luck"}}')


def test_a_malformed_chunk_is_a_broken_answer() -> None:
    with pytest.raises(BrokenAnswer, match="malformed"):
        read(b'{"choices": [')
