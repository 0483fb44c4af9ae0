"""`Idempotency-Key`: a POST that is sent twice starts one run."""

import hashlib
import json
from collections.abc import Callable

from django.db import IntegrityError, transaction
from rest_framework.exceptions import APIException, ValidationError

from accounts.models import Membership
from comparisons.models import ComparisonRun, IdempotencyKey

MAX_KEY_LENGTH = 200


class KeyReused(APIException):
    status_code = 422
    default_detail = "This Idempotency-Key was used before with another body. Use a new key."
    default_code = "idempotency_key_reused"


def start_once(
    membership: Membership, key: str, body: object, start: Callable[[], ComparisonRun]
) -> tuple[ComparisonRun, bool]:
    """Return the run that this key started, and whether it was started just now.

    Two requests at once with one key: the unique constraint lets one through, and the other,
    having waited for it, finds the run. Raises `KeyReused` for another body.
    """
    if len(key) > MAX_KEY_LENGTH or not key.isprintable():
        raise ValidationError(
            {"Idempotency-Key": [f"Use at most {MAX_KEY_LENGTH} printable characters."]}
        )
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    if used := _find(membership, key):
        return _same_body(used, digest), False
    try:
        with transaction.atomic():
            run = start()
            IdempotencyKey.objects.create(
                team=membership.team, user=membership.user, key=key, body_digest=digest, run=run
            )
    except IntegrityError:
        used = _find(membership, key)
        if used is None:
            raise
        return _same_body(used, digest), False
    return run, True


def _find(membership: Membership, key: str) -> IdempotencyKey | None:
    keys = IdempotencyKey.objects.filter(team=membership.team, user=membership.user, key=key)
    return keys.select_related("run").first()


def _same_body(used: IdempotencyKey, digest: str) -> ComparisonRun:
    if used.body_digest != digest:
        raise KeyReused
    return used.run
