"""Whatever JSON comes, it is answered or refused; nothing of it breaks the server."""

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from tests.provider.answers import STYLES
from tests.provider.chat_requests import read_chat_request
from tests.provider.message_requests import read_messages_request
from tests.provider.presets import PRESETS
from tests.provider.question import plan_answer
from tests.provider.replies import Dialect, RequestRefusedError
from tests.provider.script import read_model_id

SCRIPT = read_model_id("sim:reasoning=3,quirks=lenient", PRESETS, STYLES)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(-3, 3) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)
MESSAGES = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["user", "assistant", "system"]) | ANYTHING, "content": ANYTHING}
    ),
    min_size=1,
    max_size=2,
)
NAMES = [
    "temperature",
    "max_tokens",
    "max_completion_tokens",
    "stop",
    "stop_sequences",
    "seed",
    "n",
    "stream",
    "stream_options",
    "reasoning_effort",
    "reasoning_format",
    "include_reasoning",
    "system",
    "thinking",
    "output_config",
    "metadata",
]
BODIES = st.builds(
    lambda messages, others: {"messages": messages, **others},
    MESSAGES | st.just([{"role": "user", "content": "x"}]),
    st.dictionaries(st.sampled_from(NAMES), ANYTHING, max_size=4),
)


@given(dialect=st.sampled_from([Dialect.GROQ, Dialect.OPENAI]), body=BODIES)
def test_any_chat_request_is_planned_or_refused(dialect: Dialect, body: dict[str, object]) -> None:
    with suppress(RequestRefusedError):
        plan_answer(read_chat_request(dialect, SCRIPT, body))


@given(body=BODIES, limit=st.integers(1, 30))
def test_any_message_request_is_planned_or_refused(body: dict[str, object], limit: int) -> None:
    with suppress(RequestRefusedError):
        plan_answer(read_messages_request(SCRIPT, {"max_tokens": limit, **body}))
