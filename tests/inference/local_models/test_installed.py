import logging
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from inference.local_models.installed import installed, write_stamp
from inference.local_models.manifest import PUBLISHED_MODELS, PublishedModel, WheelMirror
from tests.inference.local_models.conftest import CONTENT

Publish = Callable[..., PublishedModel]


def test_a_folder_that_is_not_there_holds_no_model(tmp_path: Path) -> None:
    assert installed(tmp_path / "none") == []


def test_a_published_file_put_there_by_hand_is_verified_and_stamped(
    publish: Publish, tmp_path: Path
) -> None:
    (tmp_path / "tiny.gguf").write_bytes(CONTENT)

    (model,) = installed(tmp_path, (publish(),))

    assert (model.id, model.owner) == ("tiny", "somebody")
    assert (tmp_path / "tiny.gguf.verified").exists()


def test_a_stamped_file_is_not_read_again(publish: Publish, tmp_path: Path) -> None:
    path = tmp_path / "tiny.gguf"
    path.write_bytes(CONTENT[::-1])
    write_stamp(path, publish().sha256)

    assert len(installed(tmp_path, (publish(),))) == 1


def test_a_file_changed_after_its_stamp_is_refused(
    publish: Publish, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "tiny.gguf"
    path.write_bytes(CONTENT)
    installed(tmp_path, (publish(),))
    before = path.stat()
    path.write_bytes(CONTENT[::-1])
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))

    with caplog.at_level(logging.WARNING):
        models = installed(tmp_path, (publish(),))

    assert models == []
    assert "is not the published Tiny" in caplog.text


def test_a_spoiled_stamp_is_no_stamp(publish: Publish, tmp_path: Path) -> None:
    (tmp_path / "tiny.gguf").write_bytes(CONTENT)
    (tmp_path / "tiny.gguf.verified").write_text("{")

    assert len(installed(tmp_path, (publish(),))) == 1


def test_other_files_are_the_operators_own_models(publish: Publish, tmp_path: Path) -> None:
    for name in ("My-Model.gguf", "another.gguf", "unfinished.gguf.part", "notes.txt"):
        (tmp_path / name).write_bytes(b"GGUF")

    models = installed(tmp_path, (publish(),))

    assert [model.id for model in models] == ["My-Model", "another"]


def test_an_own_file_cannot_take_the_id_of_a_published_model(
    publish: Publish, tmp_path: Path
) -> None:
    model = publish(model_id="tiny")
    renamed = PublishedModel(
        **{name: getattr(model, name) for name in model.__slots__} | {"file_name": "release.gguf"}
    )
    (tmp_path / "release.gguf").write_bytes(CONTENT)
    (tmp_path / "tiny.gguf").write_bytes(b"GGUF")

    models = installed(tmp_path, (renamed,))

    assert [local.id for local in models] == ["tiny", "tiny.gguf"]


@pytest.mark.parametrize("model", PUBLISHED_MODELS, ids=lambda model: model.id)
def test_the_slices_of_a_mirror_make_up_the_published_file(model: PublishedModel) -> None:
    mirrors = [source for source in model.sources if isinstance(source, WheelMirror)]

    for mirror in mirrors:
        assert sum(wheel.slice_bytes for wheel in mirror.wheels) == model.size_bytes


@pytest.mark.parametrize("model", PUBLISHED_MODELS, ids=lambda model: model.id)
def test_a_published_model_says_that_it_may_be_wrong(model: PublishedModel) -> None:
    assert "answers may be wrong" in model.strengths
    assert model.licence == "Apache-2.0"
