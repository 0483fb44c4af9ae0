"""What the catalogue tells the rooms above it."""

from django.dispatch import Signal

# An administrator wants the model lists read again. `provider`: whose; `None` for all.
refresh_requested = Signal()
