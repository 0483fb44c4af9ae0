"""`manage.py beat`: the periodic jobs of the scaled set-up; run exactly one."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from mmchat.celery import app
from mmchat.scaled import require_redis


class Command(BaseCommand):
    help = "Send the periodic jobs: the sweep, ended runs, the models' refresh."

    def handle(self, *args: Any, **options: Any) -> None:
        require_redis("beat")
        # Its first turn would come a whole period after the start.
        app.send_task("inference.tasks.refresh_models")
        app.start(["beat", f"--loglevel={settings.LOG_LEVEL}", "--pidfile="])
