"""What higher rooms can listen to."""

from django.dispatch import Signal

# Sent after the commit, with `generation`: it reached a terminal state.
generation_ended = Signal()
