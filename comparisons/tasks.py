"""Celery's way in."""

from celery import shared_task

from comparisons import services


@shared_task
def finish_runs() -> None:
    services.finish_left_over_runs()


@shared_task
def forget_old_keys() -> None:
    services.forget_old_keys()
