"""A program that follows a run by Server-Sent Events, and comes back where it was."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import httpx

from tests.faults.client import Client, Run
from tests.faults.reader import Message, Reader


@dataclass(slots=True)
class EventReader:
    """Keeps its position over connections; `gaps` counts frames that do not go on where it is."""

    client: Client
    run: Run
    reader: Reader = field(default_factory=Reader)
    last_event_id: str = ""
    kinds: list[str] = field(default_factory=list)
    gaps: int = 0

    def follow(self, reached: Callable[[], None] | None = None, characters: int = 0) -> None:
        """Read on to the end; call `reached` once every answer has so many characters.

        Raises `httpx.TransportError` when the connection breaks.
        """
        headers = {"Accept": "text/event-stream"}
        if self.last_event_id:
            headers["Last-Event-ID"] = self.last_event_id
        path = f"/api/v1/comparisons/{self.run.id}/events/"
        with self.client.http.stream("GET", path, headers=headers) as answer:
            assert answer.status_code == 200
            for event_id, message in _events(answer):
                self.last_event_id = event_id
                self.kinds.append(message["type"])
                self.gaps += self.reader.take(message)
                if reached is not None and self.reader.has_text_everywhere(characters):
                    reached()
                    reached = None


def _events(answer: httpx.Response) -> Iterator[tuple[str, Message]]:
    fields: dict[str, str] = {}
    for line in answer.iter_lines():
        if line.startswith(":"):
            continue
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif fields:
            yield fields["id"], json.loads(fields["data"])
            fields = {}
