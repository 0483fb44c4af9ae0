"""`manage.py worker`: a Celery worker of the scaled set-up."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from mmchat.celery import app
from mmchat.scaled import require_redis


class Command(BaseCommand):
    help = "Take generations from Redis and stream their answers."

    def handle(self, *args: Any, **options: Any) -> None:
        require_redis("worker")
        # Workers need not know each other: the leases in the database say who works on what.
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        app.worker_main(["worker", f"--loglevel={settings.LOG_LEVEL}", *quiet])
