"""Makes the first administrator, so that a new portal can be entered."""

import os
import secrets
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from accounts.models import User

DEFAULT_EMAIL = "admin@example.com"


class Command(BaseCommand):
    help = (
        "Make the first administrator if there is no account yet, and print how to sign in."
        " ADMIN_EMAIL and ADMIN_PASSWORD are taken from the environment."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.exists():
            self.stdout.write(_there_are_accounts())
            return
        email = os.environ.get("ADMIN_EMAIL", "").strip().lower() or DEFAULT_EMAIL
        given_password = os.environ.get("ADMIN_PASSWORD", "")
        password = given_password or secrets.token_urlsafe(12)
        _check(email, password)
        try:
            _make_admin(email, password)
        except IntegrityError:
            # Another process was a moment faster.
            self.stdout.write(_there_are_accounts())
            return
        shown = "the one in ADMIN_PASSWORD" if given_password else password
        self.stdout.write(
            f"The first administrator was made. Sign in with\n"
            f"  e-mail    {email}\n"
            f"  password  {shown}"
        )


def _check(email: str, password: str) -> None:
    try:
        validate_email(email)
    except ValidationError as error:
        raise CommandError(f"ADMIN_EMAIL is not an e-mail address: {email}") from error
    try:
        validate_password(password, User(email=email))
    except ValidationError as error:
        raise CommandError(f"ADMIN_PASSWORD will not do. {' '.join(error.messages)}") from error


@transaction.atomic
def _make_admin(email: str, password: str) -> None:
    user = User.objects.create_superuser(email, password)
    # Where addresses must be verified, the first administrator could not sign in without this.
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)


def _there_are_accounts() -> str:
    admin = User.objects.filter(is_superuser=True, is_active=True).order_by("date_joined").first()
    if admin is None:
        return "There are accounts, but no administrator; `manage.py createsuperuser` makes one."
    return f"There are accounts already; {admin.email} is an administrator."
