"""Asking, branching, switching and keeping."""

import threading

import pytest
from django.db import connection

from accounts.models import Team, User
from catalog.models import LanguageModel
from chats import services
from chats.models import Chat, ChatMessage, title_of
from chats.selectors import transcript, tree_of
from chats.services import AlreadyAnswering, InvalidMessage
from chats.services.chats import InvalidChat
from inference.models import Generation, Status
from inference.services.asking import Asker
from tests.chats.conftest import answered, finish
from tests.factories import LanguageModelFactory, UserFactory


def texts(chat: Chat) -> list[str]:
    chat.refresh_from_db()
    page = transcript(chat, tree_of(chat))
    return [message.text for message in page.messages if not message.is_deleted]


def sent_to(message: ChatMessage) -> list[str]:
    assert message.generation is not None
    return [each["content"] for each in message.generation.messages]


def test_the_history_goes_along(asker: Asker, chat: Chat) -> None:
    answered(asker, chat, "One?", "1.")

    second = services.send(asker, chat, "Two?")

    assert sent_to(second) == ["One?", "1.", "Two?"]


def test_the_system_prompt_goes_first(asker: Asker, chat: Chat) -> None:
    services.set_system(chat, "Be brief.")

    answer = services.send(asker, chat, "One?")

    assert sent_to(answer) == ["Be brief.", "One?"]


def test_the_first_message_names_the_chat(asker: Asker, chat: Chat) -> None:
    answered(asker, chat, "  ## Why is the *sky* blue?\nIn short.")

    chat.refresh_from_db()
    assert chat.title == "Why is the *sky* blue?"


def test_a_name_of_ones_own_stays(asker: Asker, chat: Chat) -> None:
    services.rename(chat, " Physics ")

    answered(asker, chat, "Why?")

    chat.refresh_from_db()
    assert chat.title == "Physics"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("short", "short"),
        ("\n\n second line first", "second line first"),
        ("---", "---"),
        ("word " * 40, "word word word word word word word word word word word word…"),
        ("x" * 200, "x" * 60 + "…"),
    ],
)
def test_a_title_is_the_first_line_cut_at_a_word(text: str, title: str) -> None:
    assert title_of(text) == title


@pytest.mark.parametrize("text", ["", " \n ", "nul \x00", "x" * 400_001, "long " * 5000])
def test_a_bad_message_is_refused_and_nothing_is_made(asker: Asker, chat: Chat, text: str) -> None:
    with pytest.raises(InvalidMessage):
        services.send(asker, chat, text)

    assert not ChatMessage.objects.exists()
    assert not Generation.objects.exists()


def test_one_answer_at_a_time(asker: Asker, chat: Chat) -> None:
    services.send(asker, chat, "One?")

    with pytest.raises(AlreadyAnswering):
        services.send(asker, chat, "Two?")


@pytest.mark.django_db(transaction=True)
def test_two_messages_at_once_make_one_answer(alice: User) -> None:
    team = alice.teams.get()
    asker = Asker(team, alice)
    chat = services.create_chat(asker, LanguageModelFactory.create())
    barrier = threading.Barrier(2)
    refused: list[AlreadyAnswering] = []

    def send() -> None:
        barrier.wait()
        try:
            services.send(asker, chat, "Why?")
        except AlreadyAnswering as error:
            refused.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == 1
    assert Generation.objects.count() == 1


def test_editing_a_message_makes_a_branch_and_keeps_the_old_one(asker: Asker, chat: Chat) -> None:
    answered(asker, chat, "One?", "1.")
    second = answered(asker, chat, "Two?", "2.")
    question = second.parent
    assert question is not None

    finish(services.edit(asker, chat, question, "Two and a half?"), "2.5.")

    assert texts(chat) == ["One?", "1.", "Two and a half?", "2.5."]
    services.show_version(chat, question)
    assert texts(chat) == ["One?", "1.", "Two?", "2."]


def test_the_first_message_can_be_edited_too(asker: Asker, chat: Chat) -> None:
    first = answered(asker, chat, "One?", "1.")
    assert first.parent is not None

    other = services.edit(asker, chat, first.parent, "Other?")

    assert sent_to(other) == ["Other?"]


def test_an_answer_cannot_be_edited(asker: Asker, chat: Chat) -> None:
    answer = answered(asker, chat, "One?")

    with pytest.raises(InvalidMessage):
        services.edit(asker, chat, answer, "Mine now.")


def test_asking_again_keeps_both_answers(asker: Asker, chat: Chat) -> None:
    first = answered(asker, chat, "One?", "1.")

    finish(services.ask_again(asker, chat, first), "One.")

    assert texts(chat) == ["One?", "One."]
    assert tree_of(chat).versions(first.pk)[0] == first.pk
    services.show_version(chat, first)
    assert texts(chat) == ["One?", "1."]


def test_a_question_cannot_be_answered_in_its_own_place(asker: Asker, chat: Chat) -> None:
    question = answered(asker, chat, "One?").parent
    assert question is not None

    with pytest.raises(InvalidMessage):
        services.ask_again(asker, chat, question)


def test_a_deleted_turn_is_not_sent_and_comes_back(asker: Asker, chat: Chat) -> None:
    first = answered(asker, chat, "One?", "1.")
    answered(asker, chat, "Two?", "2.")
    assert first.parent is not None

    services.delete_turn(chat, first.parent)
    third = finish(services.send(asker, chat, "Three?"), "3.")

    assert sent_to(third) == ["Two?", "2.", "Three?"]
    services.restore_turn(chat, first.parent)
    assert texts(chat) == ["One?", "1.", "Two?", "2.", "Three?", "3."]


def test_an_answer_alone_can_be_deleted(asker: Asker, chat: Chat) -> None:
    first = answered(asker, chat, "One?", "1.")

    services.delete_turn(chat, first)

    assert texts(chat) == ["One?"]


def test_a_pinned_turn_stays_when_older_ones_go(asker: Asker, chat: Chat) -> None:
    pinned = answered(asker, chat, "Remember blue.", "Yes.").parent
    assert pinned is not None
    services.pin_message(pinned, True)
    answered(asker, chat, "x" * 2000, "Long.")

    latest = services.send(asker, chat, "y" * 1400)

    assert sent_to(latest) == ["Remember blue.", "Yes.", "y" * 1400]


def test_switching_the_model_resets_the_parameters(chat: Chat) -> None:
    services.set_parameters(chat, {"temperature": 0.5})
    other = LanguageModelFactory.create()

    services.change_model(chat, other)

    chat.refresh_from_db()
    assert (chat.model, chat.parameters) == (other, {})


def test_switching_back_can_bring_back_what_was_set(chat: Chat, model: LanguageModel) -> None:
    services.set_parameters(chat, {"temperature": 0.5})
    services.change_model(chat, LanguageModelFactory.create())

    services.change_model(chat, model, brings_back=True)

    chat.refresh_from_db()
    assert chat.parameters == {"temperature": 0.5}


def test_what_the_model_no_longer_takes_is_not_brought_back(
    chat: Chat, model: LanguageModel
) -> None:
    services.set_parameters(chat, {"temperature": 0.5, "top_p": 0.5})
    services.change_model(chat, LanguageModelFactory.create())
    model.parameter_overrides = {"temperature": {"support": "refused"}}
    model.save()

    services.change_model(chat, model, brings_back=True)

    assert chat.parameters == {"top_p": 0.5}


def test_each_answer_keeps_its_model_and_parameters(asker: Asker, chat: Chat) -> None:
    services.set_parameters(chat, {"temperature": 0.5})
    first = answered(asker, chat, "One?")
    services.change_model(chat, LanguageModelFactory.create())
    second = answered(asker, chat, "Two?")

    assert first.generation is not None
    assert second.generation is not None
    assert first.generation.parameters["temperature"] == 0.5
    assert "temperature" not in second.generation.parameters
    assert first.generation.model != second.generation.model


def test_bad_parameters_are_refused_by_name(chat: Chat) -> None:
    with pytest.raises(InvalidChat) as refused:
        services.set_parameters(chat, {"temperature": 9, "colour": "red"})

    told = " ".join(refused.value.errors["parameters"])
    assert "temperature must be a number from 0 to 2" in told
    assert "colour is not a parameter" in told


def test_a_value_that_has_become_invalid_blocks_the_question(
    asker: Asker, chat: Chat, model: LanguageModel
) -> None:
    services.set_parameters(chat, {"temperature": 1.5})
    model.parameter_overrides = {"temperature": {"maximum": 1}}
    model.save()

    with pytest.raises(InvalidMessage) as refused:
        services.send(asker, chat, "Why?")

    assert "temperature" in refused.value.errors["parameters"][0]


def test_an_inactive_model_blocks_the_question(
    asker: Asker, chat: Chat, model: LanguageModel
) -> None:
    model.is_active = False
    model.save()

    with pytest.raises(InvalidMessage) as refused:
        services.send(asker, chat, "Why?")

    assert "Choose another model" in refused.value.errors["model"][0]


def test_stopping_ends_the_answer(asker: Asker, chat: Chat) -> None:
    answer = services.send(asker, chat, "Why?")

    services.cancel_answers(chat)

    assert answer.generation is not None
    answer.generation.refresh_from_db()
    assert answer.generation.status == Status.CANCELLED


def test_a_comparisons_answer_goes_on_as_a_chat(
    asker: Asker, chat: Chat, model: LanguageModel
) -> None:
    services.set_system(chat, "Be brief.")
    answered(asker, chat, "One?", "1.")
    answer = answered(asker, chat, "Two?", "2.")
    assert answer.generation is not None

    other = services.continue_from(asker, answer.generation)

    assert other.system == "Be brief."
    assert other.model == model
    assert texts(other) == ["One?", "1.", "Two?", "2."]
    third = services.send(asker, other, "Three?")
    assert sent_to(third) == ["Be brief.", "One?", "1.", "Two?", "2.", "Three?"]


def test_a_deleted_chat_comes_back(alice: User, team: Team, chat: Chat) -> None:
    services.delete_chat(chat)
    assert not Chat.objects.of(alice, team).exists()

    services.restore_chat(chat)
    assert Chat.objects.of(alice, team).get() == chat


def test_search_looks_into_titles_questions_and_answers(
    alice: User, team: Team, asker: Asker, model: LanguageModel
) -> None:
    titled = services.create_chat(asker, model, title="About whales")
    asked = services.create_chat(asker, model)
    answered(asker, asked, "Tell me of a whale.", "No.")
    told = services.create_chat(asker, model)
    answered(asker, told, "An animal?", "A Whale, say.")
    services.create_chat(asker, model, title="Other")

    found = Chat.objects.of(alice, team).search("whale")

    assert set(found) == {titled, asked, told}
    assert list(Chat.objects.of(alice, team).search("whale animal")) == [told]


def test_nobody_else_sees_a_chat(bob: User, team: Team, chat: Chat) -> None:
    assert not Chat.objects.of(bob, team).exists()
    assert not Chat.objects.of_person(UserFactory.create()).exists()
