"""Branches, versions and ends of a conversation's tree."""

import uuid

import pytest

from chats.tree import MessageTree

ROOT, ANSWER, OTHER_ANSWER, QUESTION, END, OTHER_ROOT = (uuid.uuid4() for _ in range(6))


@pytest.fixture
def tree() -> MessageTree:
    return MessageTree(
        [
            (ROOT, None),
            (ANSWER, ROOT),
            (OTHER_ANSWER, ROOT),
            (QUESTION, ANSWER),
            (END, QUESTION),
            (OTHER_ROOT, None),
        ]
    )


def test_a_branch_goes_from_the_first_message_to_its_end(tree: MessageTree) -> None:
    assert tree.branch(END) == [ROOT, ANSWER, QUESTION, END]


def test_a_chat_without_messages_has_an_empty_branch(tree: MessageTree) -> None:
    assert tree.branch(None) == []


def test_versions_share_their_parent(tree: MessageTree) -> None:
    assert tree.versions(ANSWER) == [ANSWER, OTHER_ANSWER]
    assert tree.versions(OTHER_ROOT) == [ROOT, OTHER_ROOT]


def test_the_newest_version_is_followed_at_every_fork(tree: MessageTree) -> None:
    assert tree.newest_leaf(ROOT) == OTHER_ANSWER
    assert tree.newest_leaf(ANSWER) == END
