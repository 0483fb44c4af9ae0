"""`manage.py run`: everything in one process, ready for the first visitor."""

import logging
from typing import Any

import uvicorn
from celery import current_app
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from mmchat.collected_files import collect_files, collected_files_are_current
from mmchat.serving import APPLICATION, AnnouncingServer, listen, server_options, url_of


class Command(BaseCommand):
    help = "Prepare the database, the first admin, the models and the pages; then serve the portal."

    def handle(self, *args: Any, **options: Any) -> None:
        listener = listen()
        try:
            self._prepare()
            config = uvicorn.Config(APPLICATION, **server_options())
            logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
            ready = f"\nmmchat is ready at {url_of(listener)} (Ctrl-C ends it)"
            server = AnnouncingServer(config, ready)
            server.run(sockets=[listener])
        except KeyboardInterrupt:
            self.stdout.write("\nmmchat has ended.")
            return
        finally:
            listener.close()
        if not server.started:
            raise CommandError("the portal could not start; the lines above say why.")

    def _prepare(self) -> None:
        if settings.REDIS_URL:
            self.stderr.write(
                "REDIS_URL is set, so models answer only while `make worker` and `make beat` run."
            )
        if _has_pending_migrations():
            self.stdout.write("Preparing the database …")
            call_command("migrate", verbosity=0)
        if not collected_files_are_current():
            self.stdout.write("Preparing the pages' files …")
            collect_files()
        call_command("first_admin")
        if settings.LOCAL_MODELS == "on":
            self._fetch_local_models()
        call_command("refresh_models", kind=["local"], stdout=self.stdout, stderr=self.stderr)
        # The others are asked once the portal serves: a slow one must not hold up the start.
        current_app.send_task("inference.tasks.refresh_models")

    def _fetch_local_models(self) -> None:
        try:
            call_command("fetch_models", stdout=self.stdout, stderr=self.stderr)
        except CommandError as error:
            self.stderr.write(f"Local models are missing: {error}")


def _has_pending_migrations() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
