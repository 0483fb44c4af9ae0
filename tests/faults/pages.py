"""A page's socket, followed in a thread: it never connects again by itself."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tests.faults.client import Client, Run
from tests.faults.reader import Message, Reader

PATIENCE_S = 45.0


class Page:
    """`closed` is empty as long as the socket that was opened first is open."""

    def __init__(self, socket: ClientConnection) -> None:
        self.reader = Reader()
        self.first_snapshot: Message = {}
        self.closed = ""
        self._socket = socket
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def wait_for_text(self, characters: int) -> None:
        """Return once every answer has come at least this far."""
        self._wait(lambda: self.reader.has_text_everywhere(characters))

    def wait_until_finished(self) -> None:
        self._wait(lambda: self.reader.is_finished)

    def lengths(self) -> dict[str, dict[str, int]]:
        """How much of each answer's texts is here, by id and kind."""
        with self._changed:
            return {
                answer_id: {kind: len(text) for kind, text in answer.texts.items()}
                for answer_id, answer in self.reader.answers.items()
            }

    def ask_again(self) -> None:
        """Ask for a snapshot."""
        self._socket.send('{"type": "resync"}')

    def leave(self) -> None:
        self._socket.close()
        self._thread.join(PATIENCE_S)

    def _wait(self, reached: Callable[[], bool]) -> None:
        with self._changed:
            self._changed.wait_for(lambda: reached() or bool(self.closed), PATIENCE_S)
            assert reached(), f"closed: {self.closed or 'no'}; the page has {self.reader}"

    def _follow(self) -> None:
        try:
            for text in self._socket:
                self._take(json.loads(text))
        except ConnectionClosed as error:
            self._note_closed(str(error))
        else:
            self._note_closed("in peace")

    def _take(self, message: Message) -> None:
        with self._changed:
            if message["type"] == "snapshot" and not self.first_snapshot:
                self.first_snapshot = message
            is_behind = self.reader.take(message)
            self._changed.notify_all()
        if is_behind:
            self.ask_again()

    def _note_closed(self, why: str) -> None:
        with self._changed:
            self.closed = why
            self._changed.notify_all()


@contextmanager
def page_of(client: Client, run: Run) -> Iterator[Page]:
    """Open the run's page; it is left at the end of the block."""
    with connect(
        f"{client.portal.web_socket_url}/ws/comparisons/{run.id}/?html=0",
        additional_headers={"Cookie": f"sessionid={client.session_cookie}"},
        origin=Origin(client.portal.url),
        compression=None,
        ping_interval=None,
        max_size=None,
    ) as socket:
        page = Page(socket)
        try:
            yield page
        finally:
            page.leave()
