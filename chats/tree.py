"""The tree of a chat's messages: branches, versions, ends. Knows ids only."""

import uuid
from collections import defaultdict
from collections.abc import Iterable

Id = uuid.UUID


class MessageTree:
    """Built of every message's id and parent, in the order in which they were made."""

    def __init__(self, messages: Iterable[tuple[Id, Id | None]]) -> None:
        self._parents: dict[Id, Id | None] = {}
        self._children: dict[Id | None, list[Id]] = defaultdict(list)
        for message_id, parent_id in messages:
            self._parents[message_id] = parent_id
            self._children[parent_id].append(message_id)

    def __contains__(self, message_id: Id) -> bool:
        return message_id in self._parents

    def branch(self, leaf_id: Id | None) -> list[Id]:
        """The messages from the first to `leaf_id`."""
        found = []
        at = leaf_id
        while at is not None:
            found.append(at)
            at = self._parents[at]
        return found[::-1]

    def versions(self, message_id: Id) -> list[Id]:
        """The message and what was asked or answered in its place, oldest first."""
        return self._children[self._parents[message_id]]

    def newest_leaf(self, message_id: Id) -> Id:
        """The end that is reached by following the newest version at every fork."""
        at = message_id
        while self._children[at]:
            at = self._children[at][-1]
        return at
