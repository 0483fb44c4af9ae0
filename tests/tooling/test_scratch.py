import urllib.request
from tests.fixtures.portals import Portal, ScaledPortal
import pytest

def test_embedded(embedded_portal: Portal):
    assert embedded_portal.answers()
    embedded_portal.manage("check")

def test_scaled(scaled_portal: ScaledPortal):
    assert scaled_portal.answers()
    scaled_portal.worker.kill()
    scaled_portal.start_worker(scaled_portal.worker)
    scaled_portal.web.kill()
    scaled_portal.start_web()

def test_browser(signed_in_page):
    print(signed_in_page.title(), signed_in_page.url)

def test_browser_alone(page, watch):
    page.goto("about:blank")
    page.evaluate("console.error('boo')")
    watch.expect("boo")

@pytest.mark.django_db
def test_db():
    from accounts.models import User
    assert User.objects.count() == 0
async def test_async():
    pass
