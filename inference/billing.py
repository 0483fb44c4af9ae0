"""What an attempt used and cost, and its row in the ledger."""

from dataclasses import dataclass
from decimal import Decimal

from catalog.tokens import estimate_prompt_tokens, estimate_text_tokens
from inference.adapters.base import Message
from inference.models import Generation
from inference.outcome import Outcome
from usage.models import LedgerEntry
from usage.services import record_attempt


@dataclass(frozen=True, slots=True)
class CountedUsage:
    """Tokens and their cost in USD; `None` where nothing is known."""

    prompt_tokens: int | None
    cached_tokens: int | None
    completion_tokens: int | None
    reasoning_tokens: int | None
    is_estimated: bool
    cost: Decimal | None


def counted_usage(generation: Generation, outcome: Outcome) -> CountedUsage:
    """Return the provider's counts, or marked estimates where it gave none.

    An attempt that failed without text is taken to have used nothing: providers do not bill a
    refused request.
    """
    usage = outcome.usage
    if outcome.error is not None and not outcome.has_text and usage.prompt_tokens is None:
        return CountedUsage(None, None, None, None, is_estimated=False, cost=None)
    prompt_tokens, completion_tokens = usage.prompt_tokens, usage.completion_tokens
    is_estimated = prompt_tokens is None or completion_tokens is None
    if prompt_tokens is None:
        messages = [Message(**message) for message in generation.messages]
        prompt_tokens = estimate_prompt_tokens(generation.model, messages).tokens
    if completion_tokens is None:
        completion_tokens = estimate_text_tokens(
            generation.model, outcome.reasoning + outcome.answer
        ).tokens
    cost = generation.model.cost(prompt_tokens, usage.cached_tokens or 0, completion_tokens)
    return CountedUsage(
        prompt_tokens,
        usage.cached_tokens,
        completion_tokens,
        usage.reasoning_tokens,
        is_estimated,
        cost,
    )


def bill(generation: Generation, outcome: Outcome, counted: CountedUsage) -> None:
    """Add the ledger's row of this attempt; call it in the transaction that ends the attempt."""
    if outcome.sent_at is None:
        return
    record_attempt(
        LedgerEntry(
            team_id=generation.team_id,
            user_id=generation.user_id,
            api_token_id=generation.api_token_id,
            source=generation.source,
            source_id=generation.source_id,
            generation_id=generation.id,
            attempt=generation.attempt,
            model=generation.model,
            status=outcome.end,
            error_kind=outcome.error.kind if outcome.error else "",
            prompt_tokens=counted.prompt_tokens or 0,
            cached_tokens=counted.cached_tokens or 0,
            completion_tokens=counted.completion_tokens or 0,
            reasoning_tokens=counted.reasoning_tokens or 0,
            tokens_estimated=counted.is_estimated,
            cost=counted.cost,
            ttft_ms=outcome.timing.ttft_ms,
            duration_ms=outcome.timing.duration_ms,
            tokens_per_second=outcome.timing.tokens_per_second,
        )
    )
