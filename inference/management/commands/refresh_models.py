"""`manage.py refresh_models`: fill the catalogue from the providers' lists."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from catalog.models import ProviderKind
from inference.services.refreshing import refresh_catalogue


class Command(BaseCommand):
    help = "Ask every provider for its models and record what is new, changed or gone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--kind",
            action="append",
            choices=ProviderKind.values,
            help="Only providers of this kind.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        for result in refresh_catalogue(kinds=options["kind"]):
            if result.error:
                self.stderr.write(f"{result.provider}: not refreshed. {result.error}")
            else:
                self.stdout.write(
                    f"{result.provider}: {result.added} new, {result.changed} changed, "
                    f"{result.gone} gone."
                )
