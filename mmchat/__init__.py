"""How the rooms are put together: settings, urls, the ASGI application, Celery."""

from mmchat.celery import app as celery_app

__all__ = ["celery_app"]
