from django.urls import path

from chats.views import chats, lists, messages

MESSAGE = "chats/<uuid:chat_id>/messages/<uuid:message_id>/"

urlpatterns = [
    path("chats/", lists.chat_list, name="chat-list"),
    path("chats/new/", lists.new_chat, name="chat-new"),
    path("chats/continue/", lists.continue_generation, name="chat-continue"),
    path("chats/<uuid:chat_id>/", chats.chat_page, name="chat"),
    path("chats/<uuid:chat_id>/thread/", chats.thread, name="chat-thread"),
    path("chats/<uuid:chat_id>/meter/", chats.meter, name="chat-meter"),
    path("chats/<uuid:chat_id>/send/", chats.send, name="chat-send"),
    path("chats/<uuid:chat_id>/cancel/", chats.cancel, name="chat-cancel"),
    path("chats/<uuid:chat_id>/set-up/", chats.set_up, name="chat-set-up"),
    path("chats/<uuid:chat_id>/rename/", chats.rename, name="chat-rename"),
    path("chats/<uuid:chat_id>/mark/", chats.mark, name="chat-mark"),
    path("chats/<uuid:chat_id>/delete/", chats.delete, name="chat-delete"),
    path("chats/<uuid:chat_id>/restore/", chats.restore, name="chat-restore"),
    path(
        "chats/<uuid:chat_id>/export.md",
        chats.export,
        {"suffix": "md"},
        name="chat-export-markdown",
    ),
    path("chats/<uuid:chat_id>/export.json", chats.export, {"suffix": "json"}, name="chat-export"),
    path(f"{MESSAGE}edit/", messages.edit, name="chat-message-edit"),
    path(f"{MESSAGE}again/", messages.ask_again, name="chat-message-again"),
    path(f"{MESSAGE}show/", messages.show, name="chat-message-show"),
    path(f"{MESSAGE}pin/", messages.pin, name="chat-message-pin"),
    path(f"{MESSAGE}delete/", messages.delete, name="chat-message-delete"),
    path(f"{MESSAGE}restore/", messages.restore, name="chat-message-restore"),
]
