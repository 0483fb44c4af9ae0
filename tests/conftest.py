"""What every test may ask for, and the order in which tests run."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import override_settings

pytest_plugins = [
    "tests.provider.fixtures",
    "tests.fixtures.people",
    "tests.fixtures.running",
    "tests.fixtures.browser",
    "tests.reporting",
]

_BROWSER_FIXTURES = {"browser", "context", "new_context", "page", "signed_in_page"}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by the real parts they ask for, and let those with a browser run last.

    Playwright's event loop, once started, stays in this process, and neither the ORM nor asyncio
    tests can run beside it.
    """
    for item in items:
        asked = set(getattr(item, "fixturenames", ()))
        if asked & _BROWSER_FIXTURES:
            item.add_marker("browser")
        if asked & {"scaled_portal", "any_portal"}:
            item.add_marker("worker")
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(scope="session", autouse=True)
def plain_static_files() -> Iterator[None]:
    """Pages of the test client name files as they are; the portals' processes serve hashed ones."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES={**settings.STORAGES, "staticfiles": plain}):
        yield
