"""The pages of chats."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import Team, User
from catalog.models import LanguageModel
from chats import services
from chats.models import Chat
from inference.models import Generation, Source
from inference.services.asking import Asker
from tests.chats.conftest import answered
from tests.factories import LanguageModelFactory

PIECES = {"X-Wants": "pieces"}


def test_a_chat_begins_with_its_first_message(alice_client: Client, model: LanguageModel) -> None:
    form = {"model": str(model.pk), "content": "Why <b>?", "system": "Be brief."}

    response = alice_client.post(reverse("chat-new"), form, follow=True)

    chat = Chat.objects.get()
    assert response.redirect_chain == [(reverse("chat", args=[chat.pk]), 302)]
    assert (chat.system, chat.title) == ("Be brief.", "Why <b>?")
    assert "Why &lt;b&gt;?" in response.content.decode()
    assert Generation.objects.count() == 1


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"content": " "}, "an empty one"),
        ({"model": ""}, "Choose a model."),
        ({"model": "x"}, "There is no model"),
        ({"model": str(uuid.uuid4())}, "There is no model"),
        ({"content": "x" * 400_001}, "at most 400,000"),
        ({"system": "x" * 400_001}, "at most 400,000"),
    ],
)
def test_a_bad_form_says_why_and_makes_nothing(
    alice_client: Client, model: LanguageModel, form: dict[str, str], told: str
) -> None:
    whole = {"model": str(model.pk), "content": "Why?"} | form

    response = alice_client.post(reverse("chat-new"), whole)

    assert response.status_code == 422
    assert told in response.content.decode()
    assert not Chat.objects.exists()


def test_the_page_shows_the_conversation_and_who_answered(
    alice_client: Client, asker: Asker, chat: Chat
) -> None:
    answered(asker, chat, "One?", "**First.**")
    other = LanguageModelFactory.create(display_name="Other One")
    services.change_model(chat, other)
    answered(asker, chat, "Two?", "Second.")

    page = alice_client.get(reverse("chat", args=[chat.pk])).content.decode()

    assert "<strong>First.</strong>" in page
    assert "to Other One" in page


def test_the_page_takes_few_queries(
    alice_client: Client,
    asker: Asker,
    chat: Chat,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(12):
        answered(asker, chat, f"{number}?")
    alice_client.get(reverse("chat", args=[chat.pk]))

    with django_assert_max_num_queries(11):
        alice_client.get(reverse("chat", args=[chat.pk]))


def test_older_messages_come_as_a_piece(alice_client: Client, asker: Asker, chat: Chat) -> None:
    first = answered(asker, chat, "One?", "The first answer.")
    for number in range(20):
        answered(asker, chat, f"{number}?")
    last = answered(asker, chat, "Last?")
    url = reverse("chat-thread", args=[chat.pk])
    page = alice_client.get(reverse("chat", args=[chat.pk])).content.decode()
    oldest_shown = page.split('data-older="')[1].split('"')[0]

    older = alice_client.get(url, {"before": oldest_shown}).content.decode()

    assert "The first answer." not in page
    assert str(last.pk) in page
    assert "The first answer." in older
    assert str(first.pk) in older
    assert alice_client.get(url, {"before": str(uuid.uuid4())}).status_code == 404
    assert alice_client.get(url, {"before": "x"}).status_code == 404


def test_scripts_get_the_pieces_that_changed(alice_client: Client, chat: Chat) -> None:
    url = reverse("chat-send", args=[chat.pk])

    sent = alice_client.post(url, {"content": "Why?"}, headers=PIECES)
    refused = alice_client.post(url, {"content": "And?"}, headers=PIECES)

    assert 'id="thread"' in sent.content.decode()
    assert 'id="window-meter"' in sent.content.decode()
    assert refused.status_code == 409
    assert "still answering" in refused.json()["errors"][0]


def test_a_refused_message_is_still_there(alice_client: Client, chat: Chat) -> None:
    long_message = "too long " * 1000

    response = alice_client.post(reverse("chat-send", args=[chat.pk]), {"content": long_message})

    page = response.content.decode()
    assert response.status_code == 422
    assert "The window holds" in page or "the window holds" in page
    assert long_message in page


def test_model_and_system_prompt_are_applied(alice_client: Client, chat: Chat) -> None:
    other = LanguageModelFactory.create()
    form = {"model": str(other.pk), "system": "Be kind."}

    alice_client.post(reverse("chat-set-up", args=[chat.pk]), form)

    chat.refresh_from_db()
    assert (chat.model, chat.system) == (other, "Be kind.")


def test_a_smaller_model_says_beforehand_what_would_no_longer_go_along(
    alice_client: Client, asker: Asker, chat: Chat
) -> None:
    answered(asker, chat, "x" * 800)
    answered(asker, chat, "y" * 800)
    small = LanguageModelFactory.create(context_window=400, display_name="Small")

    meter = alice_client.get(reverse("chat-meter", args=[chat.pk]), {"model": str(small.pk)})

    assert "With Small" in meter.content.decode()
    assert "2 older messages would no longer go along" in meter.content.decode()


def test_turns_are_pinned_deleted_and_restored(
    alice_client: Client, asker: Asker, chat: Chat
) -> None:
    answer = answered(asker, chat, "One?")
    ids = [chat.pk, answer.parent_id]

    alice_client.post(reverse("chat-message-pin", args=ids))
    alice_client.post(reverse("chat-message-delete", args=ids))
    page = alice_client.get(reverse("chat", args=[chat.pk])).content.decode()
    alice_client.post(reverse("chat-message-restore", args=ids))

    assert "was deleted" in page
    assert answer.parent is not None
    answer.parent.refresh_from_db()
    assert answer.parent.is_pinned
    assert not answer.parent.is_deleted


def test_versions_are_asked_for_and_shown(alice_client: Client, asker: Asker, chat: Chat) -> None:
    answer = answered(asker, chat, "One?", "First answer.")

    alice_client.post(
        reverse("chat-message-edit", args=[chat.pk, answer.parent_id]), {"content": "Other?"}
    )
    services.cancel_answers(chat)
    edited = alice_client.get(reverse("chat", args=[chat.pk])).content.decode()
    alice_client.post(reverse("chat-message-show", args=[chat.pk, answer.parent_id]))
    former = alice_client.get(reverse("chat", args=[chat.pk])).content.decode()
    alice_client.post(reverse("chat-message-again", args=[chat.pk, answer.pk]))

    assert "Other?" in edited
    assert "Version 2 of 2" in edited
    assert "First answer." in former
    assert answer.parent is not None
    assert answer.parent.children.count() == 2


def test_a_chat_is_named_pinned_archived_deleted_and_restored(
    alice_client: Client, chat: Chat
) -> None:
    alice_client.post(reverse("chat-rename", args=[chat.pk]), {"title": "Whales"})
    for mark in ("pin", "archive", "unarchive", "unpin", "nonsense"):
        alice_client.post(reverse("chat-mark", args=[chat.pk]), {"mark": mark})
    deleted = alice_client.post(reverse("chat-delete", args=[chat.pk]), follow=True)
    gone = alice_client.get(reverse("chat", args=[chat.pk]))
    alice_client.post(reverse("chat-restore", args=[chat.pk]))

    chat.refresh_from_db()
    assert chat.title == "Whales"
    assert (chat.pinned_at, chat.archived_at, chat.deleted_at) == (None, None, None)
    assert "“Whales” is deleted." in deleted.content.decode()
    assert gone.status_code == 404


def test_a_chat_cannot_lose_its_name(alice_client: Client, chat: Chat) -> None:
    response = alice_client.post(reverse("chat-rename", args=[chat.pk]), {"title": " "})

    assert response.status_code == 422


def test_the_list_is_searched_and_has_its_empty_states(
    alice_client: Client, asker: Asker, model: LanguageModel
) -> None:
    url = reverse("chat-list")
    empty = alice_client.get(url).content.decode()
    pinned = services.create_chat(asker, model, title="About whales")
    services.set_pinned(pinned, True)
    services.create_chat(asker, model, title="About elks")

    everything = alice_client.get(url).content.decode()
    whales = alice_client.get(url, {"q": "whale"}).content.decode()
    nothing = alice_client.get(url, {"q": "ants"}).content.decode()

    assert "No chats yet" in empty
    assert everything.index("About whales") < everything.index("About elks")
    assert "About elks" not in whales
    assert "Nothing matches" in nothing


def test_a_chat_is_exported(alice_client: Client, asker: Asker, chat: Chat) -> None:
    answered(asker, chat, 'A "quoted" /title?', "Yes.")

    markdown = alice_client.get(reverse("chat-export-markdown", args=[chat.pk]))
    plain = alice_client.get(reverse("chat-export", args=[chat.pk]))

    assert "Yes." in markdown.content.decode()
    assert plain.json()["messages"][1]["text"] == "Yes."
    assert markdown["Content-Disposition"] == (
        "attachment; filename*=UTF-8''A%20%22quoted%22%20%2Ftitle%3F.md"
    )


def test_an_answer_of_the_teams_comparisons_is_continued_as_a_chat(
    bob: User, bob_client: Client, charlie_client: Client, asker: Asker, chat: Chat
) -> None:
    generation = answered(asker, chat, "One?", "1.").generation
    assert generation is not None
    Generation.objects.filter(pk=generation.pk).update(source=Source.COMPARISON)
    form = {"generation": str(generation.pk)}

    response = bob_client.post(reverse("chat-continue"), form)

    continued = Chat.objects.get(user=bob)
    assert response["Location"] == reverse("chat", args=[continued.pk])
    assert charlie_client.post(reverse("chat-continue"), form).status_code == 404


@pytest.mark.parametrize("generation", ["", "x", str(uuid.uuid4())])
def test_what_is_no_answer_is_not_continued(bob_client: Client, generation: str) -> None:
    response = bob_client.post(reverse("chat-continue"), {"generation": generation})

    assert response.status_code == 404


def test_an_unfinished_answer_is_not_continued(
    alice_client: Client, asker: Asker, chat: Chat
) -> None:
    answer = services.send(asker, chat, "One?")

    response = alice_client.post(
        reverse("chat-continue"), {"generation": str(answer.generation_id)}
    )

    assert response.status_code == 404


def test_nobody_else_reaches_a_chat(
    bob_client: Client, charlie_client: Client, client: Client, asker: Asker, chat: Chat
) -> None:
    answer = answered(asker, chat, "One?")
    reads = [
        reverse(name, args=[chat.pk])
        for name in ("chat", "chat-thread", "chat-meter", "chat-export", "chat-export-markdown")
    ]
    of_chat = ("send", "cancel", "set-up", "rename", "mark", "delete", "restore")
    of_message = ("edit", "again", "show", "pin", "delete", "restore")
    writes = [reverse(f"chat-{name}", args=[chat.pk]) for name in of_chat] + [
        reverse(f"chat-message-{name}", args=[chat.pk, answer.pk]) for name in of_message
    ]

    for person in (bob_client, charlie_client):
        assert {person.get(url).status_code for url in reads} == {404}
        assert {person.post(url).status_code for url in writes} == {404}
    assert {client.get(url).status_code for url in reads} == {302}
    assert {client.post(url).status_code for url in writes} == {302}


def test_a_viewer_reads_and_changes_nothing(
    alice: User, team: Team, alice_client: Client, asker: Asker, chat: Chat
) -> None:
    answered(asker, chat, "One?")
    team.memberships.filter(user=alice).update(role="viewer")

    assert alice_client.get(reverse("chat", args=[chat.pk])).status_code == 200
    for name in ("send", "set-up", "rename", "mark", "delete", "restore"):
        assert alice_client.post(reverse(f"chat-{name}", args=[chat.pk])).status_code == 403
