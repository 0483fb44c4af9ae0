"""The schema that programs are generated from."""

from io import StringIO

from django.core.management import call_command


def test_the_schema_has_no_gaps_and_no_clashes() -> None:
    """Every warning of the generator is a call or a field that a client could not know."""
    schema = StringIO()

    call_command("spectacular", "--validate", "--fail-on-warn", stdout=schema)

    assert "openapi: 3.1.0" in schema.getvalue()
