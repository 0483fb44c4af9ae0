"""Signing up and in, as allauth asks for it."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Where sign-up is closed, allauth shows `account/signup_closed.html` instead."""
        return bool(settings.OPEN_SIGN_UP)

    def is_safe_url(self, url: str | None) -> bool:
        """Follow `next` to this portal's own pages only, given as a path.

        allauth would also accept every name in `ALLOWED_HOSTS` and `CSRF_TRUSTED_ORIGINS`; other
        sites may live there.
        """
        return url_has_allowed_host_and_scheme(url, allowed_hosts=None)
