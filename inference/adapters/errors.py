"""A provider's refusals as our errors, decided by status code and body, told in a sentence.

Statuses and bodies: the error pages of Groq, Anthropic and OpenAI, and what compatible servers
(vLLM, llama.cpp, Ollama, OpenRouter) answer in their stead.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from inference.adapters.base import (
    AdapterError,
    AuthenticationFailed,
    BadRequest,
    BrokenAnswer,
    ContextTooLong,
    ModelRetired,
    ProviderUnavailable,
    QuotaExhausted,
    RateLimited,
    TimedOut,
    TooManyTokens,
)
from inference.adapters.error_bodies import ErrorBody, parse_error_body, quotable
from inference.adapters.retry_after import retry_after_s

LIMITS = {
    "RPM": "requests per minute",
    "RPD": "requests per day",
    "TPM": "tokens per minute",
    "TPD": "tokens per day",
    "ITPM": "input tokens per minute",
    "OTPM": "output tokens per minute",
}

_LIMIT = re.compile(r"\b(I?O?TP[MD]|RP[MD])\b")
_DAILY = re.compile(r"per[ -]day|\b[RT]PD\b|daily", re.IGNORECASE)
_NO_CREDIT = re.compile(r"insufficient_quota|credit balance|billing_hard_limit", re.IGNORECASE)
_TOO_LONG = re.compile(
    r"context_length_exceeded|exceed_context_size|prompt is too long"
    r"|maximum context|exceed\w* .{0,60}context"
    r"|context (?:length|window|size|limit).{0,40}exceed",
    re.IGNORECASE,
)
_RETIRED = re.compile(r"model_not_found|model_decommissioned|model_retired", re.IGNORECASE)
_NO_MODEL = re.compile(
    r"\bmodel\b.{0,200}(?:not found|does not exist|not exist|decommissioned|retired)"
    r"|^model: \S+$|no such model",
    re.IGNORECASE | re.DOTALL,
)

# An error inside a 200 stream often has a type in place of a status.
STATUS_OF_TYPE = {
    "overloaded_error": 529,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "authentication_error": 401,
    "permission_error": 403,
    "invalid_request_error": 400,
    "request_too_large": 413,
    "billing_error": 402,
    "timeout_error": 504,
    "api_error": 500,
    "server_error": 500,
    "internal_server_error": 500,
    "service_unavailable": 503,
}


@dataclass(frozen=True, slots=True)
class Party:
    """The other side of a call: its name in sentences, and the key that no sentence may hold."""

    name: str
    api_key: str = field(default="", repr=False)

    @property
    def at_start(self) -> str:
        """The name as a sentence begins with it."""
        return self.name[:1].upper() + self.name[1:]


def refusal(
    party: Party, status: int, headers: Mapping[str, str], body: bytes, model: str = ""
) -> AdapterError:
    """Return the error for an answer that is not 200."""
    return _decide(party, status, headers, parse_error_body(body), model)


def error_in_stream(party: Party, said: ErrorBody, model: str = "") -> AdapterError:
    """Return the error for an error object amid an answer that began well."""
    status = said.status or STATUS_OF_TYPE.get(said.type) or STATUS_OF_TYPE.get(said.code) or 0
    if status:
        return _decide(party, status, {}, said, model)
    return BrokenAnswer(
        _sentence(f"{party.at_start} reported an error amid the answer", said.message, party)
    )


def _decide(
    party: Party, status: int, headers: Mapping[str, str], said: ErrorBody, model: str
) -> AdapterError:
    about = f"{said.type} {said.code} {said.message}"
    if status in (402, 429):
        return _limited(party, status, headers, said, about)
    if status == 413 and (said.type == "tokens" or said.code == "rate_limit_exceeded"):
        return TooManyTokens(_too_many_tokens(party, said.message))
    if status in (400, 404, 410, 413, 422):
        return _request_refused(party, status, said, about, model)
    if status == 401:
        return AuthenticationFailed(
            f"{party.at_start} refused the key. Ask an administrator to check it."
        )
    if status == 403:
        start = f"{party.at_start} does not allow this with the present key"
        return AuthenticationFailed(_sentence(start, said.message, party))
    return _failed(party, status, headers, said)


def _limited(
    party: Party, status: int, headers: Mapping[str, str], said: ErrorBody, about: str
) -> RateLimited:
    if status == 402 or _NO_CREDIT.search(about):
        return QuotaExhausted(
            f"The account at {party.name} has no credit left. Ask an administrator."
        )
    wait_s = retry_after_s(headers, said.message)
    named = _LIMIT.search(said.message)
    limit = LIMITS.get(named.group(1), "requests") if named else "requests"
    when = "" if wait_s is None else f" It accepts more in {_in_words(wait_s)}."
    sentence = f"{party.at_start}'s limit of {limit} is reached.{when}"
    is_daily = bool(_DAILY.search(said.message))
    return (QuotaExhausted if is_daily else RateLimited)(sentence, retry_after_s=wait_s)


def _too_many_tokens(party: Party, message: str) -> str:
    limit = re.search(r"Limit (\d+)", message)
    requested = re.search(r"Requested (\d+)", message)
    figures = ""
    if limit and requested:
        figures = f" ({int(requested[1]):,} requested, {int(limit[1]):,} allowed)"
    return (
        f"The prompt and the maximum of answer tokens together exceed {party.name}'s "
        f"tokens per minute{figures}. Lower the maximum of tokens or shorten the prompt."
    )


def _request_refused(
    party: Party, status: int, said: ErrorBody, about: str, model: str
) -> AdapterError:
    if _RETIRED.search(about) or (status in (404, 410) and _NO_MODEL.search(said.message)):
        return ModelRetired(
            _sentence(f"{party.at_start} no longer serves {model or 'it'}", "", party)
        )
    if _TOO_LONG.search(about):
        start = "The conversation is longer than the model's context window. Shorten it, or take "
        return ContextTooLong(_sentence(f"{start}a model with a longer one", said.message, party))
    if _NO_CREDIT.search(about):
        return QuotaExhausted(
            f"The account at {party.name} has no credit left. Ask an administrator."
        )
    if status == 413:
        return BadRequest(_sentence(f"The request is too large for {party.name}", "", party))
    if status == 404 and not said.message:
        return BadRequest(f"{party.at_start} knows no such address. Is its base URL right?")
    return BadRequest(_sentence(f"{party.at_start} refused the request", said.message, party))


def _failed(party: Party, status: int, headers: Mapping[str, str], said: ErrorBody) -> AdapterError:
    wait_s = retry_after_s(headers, said.message)
    if status == 408:
        return TimedOut(f"{party.at_start} gave up waiting (status 408).", retry_after_s=wait_s)
    if status in (409, 498, 529) or status >= 500:
        what = "is overloaded" if status in (498, 503, 529) else "has a fault of its own"
        start = f"{party.at_start} {what} (status {status})"
        return ProviderUnavailable(_sentence(start, said.message, party), retry_after_s=wait_s)
    if status < 400:
        return BadRequest(f"{party.at_start} answered with status {status}. Is its base URL right?")
    return BadRequest(
        _sentence(f"{party.at_start} refused the request (status {status})", said.message, party)
    )


def _sentence(start: str, message: str, party: Party) -> str:
    quote = quotable(message, party.api_key)
    return f"{start}: {quote}" if quote else f"{start}."


def _in_words(wait_s: float) -> str:
    seconds = math.ceil(wait_s)
    if seconds < 120:
        return f"{seconds} s"
    minutes = math.ceil(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"
