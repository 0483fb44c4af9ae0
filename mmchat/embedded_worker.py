"""A Celery worker and its beat in threads of the web process, over the in-memory broker."""

import logging
import threading

from celery.beat import Scheduler, Service
from celery.signals import worker_ready
from django.conf import settings

from inference import worker as inference_worker
from inference.services import sweeping
from mmchat.celery import app

logger = logging.getLogger(__name__)

START_TIMEOUT_S = 30
STOP_TIMEOUT_S = 10


class EmbeddedWorker:
    """Starts when the server does and ends before it; a second one in a process is never made."""

    def __init__(self) -> None:
        self._worker = app.Worker(
            pool="threads",
            concurrency=settings.CELERY_WORKER_CONCURRENCY,
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
            quiet=True,
            loglevel=settings.LOG_LEVEL,
        )
        self._beat = Service(app, scheduler_cls=Scheduler)

    def start(self) -> None:
        """Start both; return when the worker takes tasks."""
        is_ready = threading.Event()

        def note_ready(**_: object) -> None:
            is_ready.set()

        worker_ready.connect(note_ready)
        threading.Thread(target=self._worker.start, name="embedded-worker", daemon=True).start()
        if not is_ready.wait(START_TIMEOUT_S):
            raise RuntimeError("The embedded worker did not start. The log above says why.")
        worker_ready.disconnect(note_ready)
        # The broker ended with the process before this one.
        sweeping.send_all_due()
        threading.Thread(
            target=self._beat.start, kwargs={"embedded_process": False}, name="beat", daemon=True
        ).start()

    def stop(self) -> None:
        """Let running answers go back to the queue; the next start takes them up."""
        self._beat.stop(wait=False)
        inference_worker.drain(patience_s=0)
        self._worker.stop()
        inference_worker.close()
