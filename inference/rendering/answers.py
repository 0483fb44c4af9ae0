"""The HTML of answers that have ended, kept in the cache: what has ended never changes."""

import logging

from django.core.cache import cache
from django.template.loader import render_to_string
from redis.exceptions import RedisError

from inference.models import Generation
from inference.rendering.markdown import RENDERER_VERSION, render

logger = logging.getLogger(__name__)

ANSWER_HTML_EXPIRY_S = 24 * 3600


def answer_html(generation: Generation, template: str) -> str:
    """Return `template` filled with an ended answer; the cache spares rendering it again.

    The template gets `generation`, `answer_html` and `reasoning_html`.
    """
    key = f"answer-html:{RENDERER_VERSION}:{template}:{generation.id}"
    try:
        html: str | None = cache.get(key)
        if html is None:
            html = _rendered(generation, template)
            cache.set(key, html, ANSWER_HTML_EXPIRY_S)
    except (RedisError, OSError) as error:
        logger.warning("The cache is away (%s); rendering again.", error)
        html = _rendered(generation, template)
    return html


def _rendered(generation: Generation, template: str) -> str:
    return render_to_string(
        template,
        {
            "generation": generation,
            "answer_html": render(generation.text),
            "reasoning_html": render(generation.reasoning),
        },
    )
