import io
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.core.management.base import OutputWrapper
from pytest_django.fixtures import Settings

from inference.local_models.manifest import HttpsRelease, PublishedModel
from inference.management.commands import fetch_models
from tests.inference.local_models.conftest import CONTENT, ReleaseServer

Publish = Callable[..., PublishedModel]


@pytest.fixture(autouse=True)
def models_folder(settings: Settings, tmp_path: Path) -> Path:
    settings.LOCAL_MODELS = "on"
    settings.LOCAL_MODELS_DIR = tmp_path / "models"
    return tmp_path / "models"


def run(*arguments: str) -> str:
    said = io.StringIO()
    call_command("fetch_models", *arguments, stdout=said)
    return said.getvalue()


@pytest.fixture
def one_of_two(
    release: ReleaseServer, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> tuple[PublishedModel, PublishedModel]:
    """A manifest whose second model no source has."""
    models = publish(HttpsRelease(release.url)), publish(model_id="rare")
    monkeypatch.setattr(fetch_models, "PUBLISHED_MODELS", models)
    return models


@pytest.mark.usefixtures("one_of_two")
def test_the_command_succeeds_when_one_model_is_there(models_folder: Path) -> None:
    said = run()

    assert (models_folder / "tiny.gguf").read_bytes() == CONTENT
    assert "Rare could not be fetched from any source. The portal runs without it." in said


@pytest.mark.usefixtures("one_of_two")
def test_a_model_asked_for_by_name_must_come() -> None:
    with pytest.raises(CommandError, match="Rare could not be fetched"):
        run("--model", "rare")


@pytest.mark.usefixtures("one_of_two")
def test_the_command_fails_when_no_model_is_there(release: ReleaseServer) -> None:
    release.status = 500

    with pytest.raises(CommandError, match="Tiny could not be fetched"):
        run()


@pytest.mark.usefixtures("one_of_two")
@pytest.mark.parametrize("mode", ["off", "/srv/my-models"])
def test_nothing_is_fetched_unless_local_models_are_on(
    mode: str, settings: Settings, release: ReleaseServer
) -> None:
    settings.LOCAL_MODELS = mode

    said = run()

    assert "LOCAL_MODELS" in said
    assert release.ranges == []


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.usefixtures("one_of_two")
def test_one_line_is_drawn_again_also_when_another_command_calls() -> None:
    terminal = Terminal()

    call_command("fetch_models", stdout=OutputWrapper(terminal))

    assert "\r\x1b[2KTiny: 1 MB of 1 MB (100 %)\r\x1b[2KTiny: verified" in terminal.getvalue()
