"""One round of a scenario: what its clients got against what the provider sent."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bench.messages import AnswerRecord, Arrival, RunRecord
from bench.processes import Watch
from bench.scenarios import Scenario
from tests.provider.script import STAMP_WIDTH, read_stamps
from tests.provider.server import RecordedCall


@dataclass(frozen=True, slots=True)
class Round:
    """What the clients got, what the provider sent, and what it cost meanwhile."""

    scenario: Scenario
    records: Sequence[RunRecord]
    calls: Sequence[RecordedCall]
    watch: Watch

    @property
    def answers(self) -> list[AnswerRecord]:
        """All finished answers."""
        return [answer for run in self.records for answer in run.answers]

    @property
    def wall_s(self) -> float:
        """First start sent → last answer's final message; infinite if an answer never ended."""
        if any(run.problem or not run.answers for run in self.records):
            return math.inf
        began_at = min(run.posted_at_us for run in self.records)
        return (max(answer.finished_at_us for answer in self.answers) - began_at) / 1_000_000

    @property
    def provider_s(self) -> float:
        """The provider's own longest answer, by its record."""
        return max(
            (math.inf if call.ended is None else call.ended - call.started for call in self.calls),
            default=math.inf,
        )

    def delays_ms(self) -> list[list[float]]:
        """Added delays of each answer's tokens, see `added_delays_ms`."""
        sent = self._sent_texts()
        return [
            added_delays_ms(answer.arrivals, read_stamps(sent.get(self._key(run, answer), "")))
            for run in self.records
            for answer in run.answers
        ]

    def wrong_characters(self) -> int:
        """Characters that clients lack, have too many or have wrong, or that were never sent."""
        sent = self._sent_texts()
        wrong = 0
        for run in self.records:
            got = {self._key(run, answer): answer for answer in run.answers}
            for model in self.scenario.models:
                text = sent.get((run.prompt, model), "")
                wrong += wrong_characters(got.get((run.prompt, model)), text)
                wrong += abs(self.scenario.tokens * STAMP_WIDTH - len(text))
        return wrong

    def problems(self) -> list[str]:
        """What went wrong, a sentence each."""
        failed = [answer for answer in self.answers if answer.status != "succeeded"]
        return [run.problem for run in self.records if run.problem] + [
            f"an answer ended as {answer.status}" for answer in failed
        ]

    def _key(self, run: RunRecord, answer: AnswerRecord) -> tuple[str, str]:
        return run.prompt, self.scenario.models[answer.position]

    def _sent_texts(self) -> dict[tuple[str, str], str]:
        """What the provider sent, by prompt and model."""
        return {
            (call.body["messages"][-1]["content"], call.model): call.text for call in self.calls
        }


def added_delays_ms(arrivals: Sequence[Arrival], stamps_us: Sequence[int]) -> list[float]:
    """Delay from a token's sending to the message that completed it, one entry per token that came.

    `stamps_us` are the tokens' times of sending, in order.
    """
    delays: list[float] = []
    for arrival in arrivals:
        whole_tokens = min(arrival.end // STAMP_WIDTH, len(stamps_us))
        delays += [
            (arrival.at_us - stamps_us[token]) / 1000 for token in range(len(delays), whole_tokens)
        ]
    return delays


def wrong_characters(answer: AnswerRecord | None, sent: str) -> int:
    """Count the `sent` characters that the client lacks or has wrong, and any beside them."""
    if answer is None:
        return len(sent)
    return (
        answer.contradicted + _differences(answer.received, sent) + _differences(answer.final, sent)
    )


def _differences(text: str, sent: str) -> int:
    if text == sent:
        return 0
    return sum(a != b for a, b in zip(text, sent, strict=False)) + abs(len(text) - len(sent))
