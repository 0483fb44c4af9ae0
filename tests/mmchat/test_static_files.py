"""What the pages load: copies of others' files are what they were, our own keep to the policy."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest
from django.conf import settings

STATIC = Path(settings.BASE_DIR) / "static"
TEMPLATES = Path(settings.BASE_DIR) / "templates"
VENDORS = [STATIC / "vendor", Path(settings.BASE_DIR) / "tests" / "browser" / "vendor"]
PACKAGES = [
    (vendor, package)
    for vendor in VENDORS
    for package in json.loads((vendor / "manifest.json").read_text())["packages"]
]
VENDORED = {
    vendor / file["path"]: file["sha256"]
    for vendor, package in PACKAGES
    for file in package["files"]
}

INLINE = re.compile(
    r"<style|\sstyle=|\son[a-z]+=\"|javascript:|<script(?![^>]*\ssrc=)(?![^>]*json)"
)


@pytest.mark.parametrize("path", sorted(VENDORED), ids=lambda path: path.name)
def test_a_vendored_file_is_what_its_publisher_released(path: Path) -> None:
    assert hashlib.sha256(path.read_bytes()).hexdigest() == VENDORED[path]


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.parent.name)
def test_every_vendored_file_is_in_the_manifest(vendor: Path) -> None:
    found = {path for path in vendor.rglob("*") if path.is_file()}

    assert found - {vendor / "manifest.json"} == {
        path for path in VENDORED if vendor in path.parents
    }


def test_a_vendored_package_brings_its_licence() -> None:
    for _, package in PACKAGES:
        assert package["licence"]
        assert any("LICENSE" in file["path"] for file in package["files"])


@pytest.mark.parametrize(
    "template", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES))
)
def test_a_template_has_no_inline_script_or_style(template: Path) -> None:
    assert INLINE.findall(template.read_text()) == []


def test_stylesheets_load_nothing_from_elsewhere() -> None:
    for stylesheet in STATIC.rglob("*.css"):
        assert "http" not in stylesheet.read_text().replace("http://www.w3.org/2000/svg", "")
