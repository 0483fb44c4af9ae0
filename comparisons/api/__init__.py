"""The REST API's view of comparison runs."""
