"""Icons as inline drawings."""

import pytest
from lucide import IconDoesNotExist

from mmchat.templatetags.icons import icon


def test_an_icon_is_hidden_from_screen_readers_and_has_no_style() -> None:
    svg = icon("check", 14)

    assert svg.startswith("<svg")
    assert 'aria-hidden="true"' in svg
    assert 'width="14"' in svg
    assert "style" not in svg


def test_an_unknown_icon_is_an_error() -> None:
    with pytest.raises(IconDoesNotExist):
        icon("no-such-icon")
