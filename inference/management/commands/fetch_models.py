"""`manage.py fetch_models`: bring the local models' files to this machine."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, OutputWrapper

from inference.local_models.fetch import FetchFailed, fetch
from inference.local_models.installed import installed
from inference.local_models.manifest import PUBLISHED_MODELS, PublishedModel
from inference.local_models.progress import Progress, TextStream


class Command(BaseCommand):
    # It must run before the database or anything else is there.
    requires_system_checks: list[str] = []
    help = "Fetch the small models that run on this machine, verified by hash. Safe to run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--model",
            action="append",
            choices=[model.id for model in PUBLISHED_MODELS],
            help="fetch this model (may be given more than once)",
        )
        parser.add_argument("--all", action="store_true", help="fetch every model known")
        parser.add_argument(
            "--from",
            dest="own_folder",
            type=Path,
            help="a folder that may hold the files already; it is looked at before the network",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        progress = Progress(_bare(self.stdout))
        if settings.LOCAL_MODELS != "on":
            progress.note(_why_nothing_is_fetched())
            return
        failures = [
            failure
            for model in _wanted(options["model"], fetch_all=options["all"])
            if (failure := _failure_to_fetch(model, progress, options["own_folder"]))
        ]
        usable = installed(settings.LOCAL_MODELS_DIR, PUBLISHED_MODELS)
        if failures and (options["model"] or not usable):
            raise CommandError(" ".join(failures))
        for failure in failures:
            progress.note(f"{failure} The portal runs without it.")


def _bare(stream: OutputWrapper) -> TextStream:
    """The stream inside Django's wrappers, one for each command that calls another.

    Each wrapper ends every write with a new line, also where one line is drawn again.
    """
    inner: TextStream = stream
    while isinstance(inner, OutputWrapper):
        inner = vars(inner)["_out"]
    return inner


def _wanted(ids: list[str] | None, *, fetch_all: bool) -> list[PublishedModel]:
    if ids:
        return [model for model in PUBLISHED_MODELS if model.id in ids]
    return [model for model in PUBLISHED_MODELS if fetch_all or model.is_fetched_by_default]


def _failure_to_fetch(
    model: PublishedModel, progress: Progress, own_folder: Path | None
) -> str | None:
    try:
        fetch(model, settings.LOCAL_MODELS_DIR, progress, own_folder)
    except FetchFailed as failure:
        return str(failure)
    return None


def _why_nothing_is_fetched() -> str:
    if settings.LOCAL_MODELS == "off":
        return "LOCAL_MODELS is off: no model was fetched."
    return f"LOCAL_MODELS names your own folder {settings.LOCAL_MODELS_DIR}: nothing to fetch."
