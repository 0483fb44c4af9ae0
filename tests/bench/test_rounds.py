"""Delays per token, exactness and the wall of a round."""

import math

from bench.messages import AnswerRecord, Arrival, RunRecord
from bench.processes import Watch
from bench.rounds import Round, added_delays_ms, wrong_characters
from bench.scenarios import Scenario, SetUp
from tests.provider.script import STAMP_WIDTH
from tests.provider.server import RecordedCall

PROMPT = "a prompt"
SCENARIO = Scenario("tiny", SetUp.SCALED, runs=1, tokens=2, rounds=1)


def stamped(*times_us: int) -> str:
    return "".join(f" {time:015d}" for time in times_us)


def answer(position: int, text: str, *arrivals: Arrival) -> AnswerRecord:
    return AnswerRecord(
        position=position,
        status="succeeded",
        received=text,
        final=text,
        arrivals=list(arrivals),
        finished_at_us=3_000_000,
        queue_ms=1.0,
        repeated=0,
        contradicted=0,
        late_characters=0,
    )


def call(model: str, text: str) -> RecordedCall:
    return RecordedCall(
        number=1,
        dialect="groq",
        model=model,
        tag="",
        user="",
        body={"messages": [{"role": "user", "content": PROMPT}]},
        status=200,
        started=1.0,
        ended=2.5,
        outcome="finished",
        tokens_sent=2,
        text=text,
        reasoning="",
    )


def round_of(record: RunRecord, texts: list[str]) -> Round:
    calls = [call(model, text) for model, text in zip(SCENARIO.models, texts, strict=True)]
    return Round(SCENARIO, [record], calls, Watch({}))


def exact_record(texts: list[str]) -> RunRecord:
    answers = [
        answer(position, text, Arrival(len(text), 2_000_000)) for position, text in enumerate(texts)
    ]
    return RunRecord(PROMPT, posted_at_us=500_000, accepted_at_us=600_000, answers=answers)


def test_a_token_arrives_with_the_message_that_has_its_last_character() -> None:
    arrivals = [
        Arrival(STAMP_WIDTH, 11_000),
        Arrival(2 * STAMP_WIDTH + 3, 25_000),
        Arrival(3 * STAMP_WIDTH, 33_500),
    ]

    delays = added_delays_ms(arrivals, [10_000, 20_000, 30_000])

    assert delays == [1.0, 5.0, 3.5]


def test_tokens_that_never_came_have_no_delay() -> None:
    assert added_delays_ms([Arrival(STAMP_WIDTH, 11_000)], [10_000, 20_000]) == [1.0]


def test_what_is_lost_wrong_or_contradicted_is_counted() -> None:
    short = answer(0, "abx")
    short.contradicted = 1

    # One wrong and one lost, both in the pieces and in the final text, and one contradicted.
    assert wrong_characters(short, "abcd") == 5
    assert wrong_characters(None, "abcd") == 4
    assert wrong_characters(answer(0, "abcd"), "abcd") == 0


def test_a_round_in_which_all_arrived_is_exact() -> None:
    texts = [stamped(1_900_000 + position, 1_950_000) for position in range(4)]

    done = round_of(exact_record(texts), texts)

    assert done.wrong_characters() == 0
    assert done.wall_s == 2.5
    assert done.provider_s == 1.5
    assert done.delays_ms()[0] == [100.0, 50.0]
    assert done.problems() == []


def test_what_the_provider_never_sent_is_missing_too() -> None:
    texts = [stamped(1, 2)] * 3 + [stamped(1)]

    assert round_of(exact_record(texts), texts).wrong_characters() == STAMP_WIDTH


def test_a_run_that_did_not_finish_takes_for_ever_and_lacks_everything() -> None:
    texts = [stamped(1, 2)] * 4
    record = RunRecord(PROMPT, posted_at_us=0, problem="not finished after 90 s")

    done = round_of(record, texts)

    assert done.wall_s == math.inf
    assert done.wrong_characters() == 4 * 2 * STAMP_WIDTH
    assert done.problems() == ["not finished after 90 s"]


def test_an_answer_that_failed_is_told() -> None:
    texts = [stamped(1, 2)] * 4
    record = exact_record(texts)
    record.answers[2].status = "failed"

    assert round_of(record, texts).problems() == ["an answer ended as failed"]
