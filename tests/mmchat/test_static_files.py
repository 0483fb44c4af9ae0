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
VENDOR = STATIC / "vendor"
MANIFEST = json.loads((VENDOR / "manifest.json").read_text())
VENDORED = {file["path"]: file["sha256"] for p in MANIFEST["packages"] for file in p["files"]}

INLINE = re.compile(
    r"<style|\sstyle=|\son[a-z]+=\"|javascript:|<script(?![^>]*\ssrc=)(?![^>]*json)"
)


@pytest.mark.parametrize("path", sorted(VENDORED))
def test_a_vendored_file_is_what_its_publisher_released(path: str) -> None:
    assert hashlib.sha256((VENDOR / path).read_bytes()).hexdigest() == VENDORED[path]


def test_every_vendored_file_is_in_the_manifest() -> None:
    found = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()}

    assert found - {"manifest.json"} == set(VENDORED)


@pytest.mark.parametrize("package", MANIFEST["packages"], ids=lambda package: package["name"])
def test_a_vendored_package_brings_its_licence(package: dict[str, object]) -> None:
    files = package["files"]

    assert isinstance(files, list)
    assert any("LICENSE" in file["path"] for file in files)


@pytest.mark.parametrize(
    "template", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES))
)
def test_a_template_has_no_inline_script_or_style(template: Path) -> None:
    assert INLINE.findall(template.read_text()) == []


def test_stylesheets_load_nothing_from_elsewhere() -> None:
    for stylesheet in STATIC.rglob("*.css"):
        assert "http" not in stylesheet.read_text().replace("http://www.w3.org/2000/svg", "")
