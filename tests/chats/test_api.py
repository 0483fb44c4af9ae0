"""The `chats` calls, and what bad input gets."""

import json
import uuid
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from catalog.models import LanguageModel
from chats import services
from chats.models import Chat, ChatMessage
from inference.models import Generation
from inference.services.asking import Asker
from tests.chats.conftest import answered
from tests.factories import LanguageModelFactory, ProviderFactory

URL = "/api/v1/chats/"


@pytest.fixture
def url(chat: Chat) -> str:
    return f"{URL}{chat.pk}/"


def test_a_chat_is_made_and_read(alice_api: APIClient, model: LanguageModel) -> None:
    body = {"model": model.full_name, "parameters": {"temperature": 0.3}, "system": "Be brief."}

    made = alice_api.post(URL, body)
    read = alice_api.get(made["Location"])

    assert made.status_code == 201
    assert read.data["parameters"] == {"temperature": 0.3}
    assert (read.data["system"], read.data["pinned"], read.data["leaf"]) == (
        "Be brief.",
        False,
        None,
    )


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "model"),
        ({"model": "nobody/nothing"}, "model"),
        ({"parameters": {"temperature": 7}}, "parameters"),
        ({"parameters": {"wit": 1}}, "parameters"),
        ({"parameters": []}, "parameters"),
        ({"system": "x" * 400_001}, "system"),
        ({"title": "x" * 121}, "title"),
        ({"title": "nul \x00"}, "title"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_bad_input_names_its_field_and_makes_nothing(
    alice_api: APIClient, model: LanguageModel, body: dict[str, Any], field: str
) -> None:
    whole = body if not body or "model" in body else {"model": str(model.pk), **body}

    response = alice_api.post(URL, json.dumps(whole), content_type="application/json")

    assert response.status_code == 400
    assert field in response.json()["errors"]
    assert not Chat.objects.exists()


def test_a_message_is_accepted_with_its_generation(alice_api: APIClient, url: str) -> None:
    response = alice_api.post(f"{url}messages/", {"content": "Why?"})

    assert response.status_code == 202
    assert response.data["generation"]["status"] == "queued"
    assert Generation.objects.get().id == uuid.UUID(response.data["generation"]["id"])


@pytest.mark.parametrize(
    "body", [{}, {"content": " "}, {"content": ["a"]}, {"content": "x" * 400_001}]
)
def test_a_bad_message_is_refused(alice_api: APIClient, url: str, body: dict[str, object]) -> None:
    response = alice_api.post(f"{url}messages/", body)

    assert response.status_code == 400
    assert "content" in response.json()["errors"]
    assert not ChatMessage.objects.exists()


def test_a_second_question_while_one_is_answered_is_a_conflict(
    alice_api: APIClient, url: str
) -> None:
    alice_api.post(f"{url}messages/", {"content": "One?"})

    response = alice_api.post(f"{url}messages/", {"content": "Two?"})

    assert response.status_code == 409
    assert "still answering" in response.json()["detail"]


def test_the_transcript_is_read_in_pages(
    alice_api: APIClient, asker: Asker, chat: Chat, url: str
) -> None:
    for number in range(21):
        answered(asker, chat, f"{number}?", f"{number}.")

    newest = alice_api.get(f"{url}messages/").data
    older = alice_api.get(newest["previous"]).data

    assert [message["text"] for message in newest["results"]][-2:] == ["20?", "20."]
    assert [message["text"] for message in older["results"]] == ["0?", "0."]
    assert older["previous"] is None


def test_the_transcript_takes_few_queries(
    alice_api: APIClient,
    asker: Asker,
    chat: Chat,
    url: str,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(10):
        answered(asker, chat, f"{number}?")

    with django_assert_max_num_queries(6):
        alice_api.get(f"{url}messages/")


def test_the_model_is_switched_with_its_defaults(alice_api: APIClient, url: str) -> None:
    alice_api.patch(f"{url}parameters/", {"temperature": 0.1})
    other = LanguageModelFactory.create()

    response = alice_api.post(f"{url}model/", {"model": str(other.pk)})

    assert response.data["model"]["id"] == str(other.pk)
    assert response.data["parameters"] == {}


def test_parameters_are_changed_one_by_one(alice_api: APIClient, url: str) -> None:
    alice_api.patch(f"{url}parameters/", {"temperature": 0.1, "top_p": 0.5})

    response = alice_api.patch(f"{url}parameters/", {"temperature": None})

    assert response.data["parameters"] == {"top_p": 0.5}


@pytest.mark.parametrize("body", [{"temperature": "hot"}, {"wit": 1}, ["temperature"]])
def test_bad_parameters_change_nothing(
    alice_api: APIClient, chat: Chat, url: str, body: object
) -> None:
    response = alice_api.patch(f"{url}parameters/", body)

    assert response.status_code == 400
    assert "parameters" in response.json()["errors"]
    chat.refresh_from_db()
    assert chat.parameters == {}


def test_a_chat_is_renamed_pinned_and_archived(alice_api: APIClient, url: str) -> None:
    response = alice_api.patch(url, {"title": "Whales", "pinned": True, "archived": True})

    assert response.data["title"] == "Whales"
    assert (response.data["pinned"], response.data["archived"]) == (True, True)
    assert alice_api.get(URL).data["results"] == []
    assert len(alice_api.get(URL, {"archived": "true"}).data["results"]) == 1


def test_a_chat_is_deleted_and_restored(alice_api: APIClient, url: str) -> None:
    assert alice_api.delete(url).status_code == 204
    assert alice_api.get(url).status_code == 404

    assert alice_api.post(f"{url}restore/").status_code == 200
    assert alice_api.get(url).status_code == 200


def test_messages_are_edited_retried_pinned_and_deleted(
    alice_api: APIClient, asker: Asker, chat: Chat, url: str
) -> None:
    answer = answered(asker, chat, "One?", "1.")
    question_url = f"{url}messages/{answer.parent_id}/"

    assert alice_api.patch(question_url, {"pinned": True}).data["pinned"] is True
    edited = alice_api.post(f"{question_url}edit/", {"content": "Other?"})
    assert edited.status_code == 202
    alice_api.post(f"{url}cancel/")
    retried = alice_api.post(f"{url}messages/{answer.pk}/retry/")
    assert retried.status_code == 202
    assert retried.data["parent"] == str(answer.parent_id)
    alice_api.post(f"{url}cancel/")
    shown = alice_api.post(f"{url}branch/", {"message": str(answer.pk)})
    assert shown.data["leaf"] == str(answer.pk)
    assert alice_api.delete(question_url).status_code == 204
    assert all(message["deleted"] for message in alice_api.get(f"{url}messages/").data["results"])
    assert alice_api.post(f"{question_url}restore/").status_code == 204


def test_the_context_is_told(alice_api: APIClient, asker: Asker, chat: Chat, url: str) -> None:
    answered(asker, chat, "x" * 2000)
    late = answered(asker, chat, "y" * 2000)

    context = alice_api.get(f"{url}context/").data

    assert context["window"] == 1000
    assert str(late.parent_id) not in context["dropped"]
    assert len(context["dropped"]) == 2


def test_the_shown_branch_is_exported(
    alice_api: APIClient, asker: Asker, chat: Chat, url: str
) -> None:
    answered(asker, chat, "One?", "# 1.")

    exported = alice_api.get(f"{url}export/").json()
    markdown = alice_api.get(f"{url}export/", {"format": "markdown"})

    assert [message["text"] for message in exported["messages"]] == ["One?", "# 1."]
    assert exported["messages"][1]["model"] == chat.model.full_name
    assert markdown["Content-Type"] == "text/markdown; charset=utf-8"
    assert markdown.content.decode() == (
        f"# One?\n\n## You\n\nOne?\n\n## {chat.model.label}\n\n# 1.\n"
    )
    assert alice_api.get(f"{url}export/", {"format": "pdf"}).status_code == 400


def test_chats_are_private_even_in_a_team(
    bob_api: APIClient, charlie_api: APIClient, asker: Asker, chat: Chat, url: str
) -> None:
    answer = answered(asker, chat, "One?")
    message = f"{url}messages/{answer.pk}/"
    calls = [
        ("get", url, None),
        ("patch", url, {"title": "Mine"}),
        ("delete", url, None),
        ("post", f"{url}restore/", None),
        ("post", f"{url}model/", {"model": str(chat.model_id)}),
        ("patch", f"{url}parameters/", {}),
        ("get", f"{url}context/", None),
        ("get", f"{url}messages/", None),
        ("post", f"{url}messages/", {"content": "Why?"}),
        ("patch", message, {"pinned": True}),
        ("delete", message, None),
        ("post", f"{message}restore/", None),
        ("post", f"{message}edit/", {"content": "Why?"}),
        ("post", f"{message}retry/", None),
        ("post", f"{url}branch/", {"message": str(answer.pk)}),
        ("post", f"{url}cancel/", None),
        ("get", f"{url}events/", None),
        ("get", f"{url}export/", None),
    ]

    for api in (bob_api, charlie_api):
        for method, path, body in calls:
            assert getattr(api, method)(path, body).status_code == 404, (method, path)
        assert api.get(URL).data["results"] == []


def test_a_message_of_another_chat_is_not_found(
    alice_api: APIClient, asker: Asker, model: LanguageModel, url: str
) -> None:
    elsewhere = answered(asker, services.create_chat(asker, model), "One?")

    assert alice_api.delete(f"{url}messages/{elsewhere.pk}/").status_code == 404
    assert alice_api.get(f"{url}messages/", {"before": str(elsewhere.pk)}).status_code == 404
    assert alice_api.get(f"{url}messages/", {"before": "x"}).status_code == 404
    assert alice_api.post(f"{url}branch/", {"message": str(elsewhere.pk)}).status_code == 404


def test_another_teams_model_is_unknown(alice_api: APIClient, charlie: Any, url: str) -> None:
    foreign = LanguageModelFactory.create(provider=ProviderFactory.create(team=charlie.teams.get()))

    response = alice_api.post(f"{url}model/", {"model": str(foreign.pk)})

    assert response.status_code == 400
    assert "There is no model" in response.json()["errors"]["model"][0]


def test_a_viewer_may_not_make_chats(victor_api: APIClient, model: LanguageModel) -> None:
    assert victor_api.post(URL, {"model": str(model.pk)}).status_code == 403


def test_lists_are_searched(alice_api: APIClient, asker: Asker, model: LanguageModel) -> None:
    services.create_chat(asker, model, title="Whales")
    services.create_chat(asker, model, title="Elks")

    found = alice_api.get(URL, {"q": "whale"}).data["results"]

    assert [chat["title"] for chat in found] == ["Whales"]
