"""Writing the ledger."""

from usage.models import LedgerEntry


def record_attempt(entry: LedgerEntry) -> None:
    """Append the row of one attempt, with the model's unit prices of now.

    Raises `IntegrityError` if this attempt was recorded before.
    """
    entry.input_price = entry.model.input_price
    entry.cached_input_price = entry.model.cached_input_price
    entry.output_price = entry.model.output_price
    entry.save(force_insert=True)
