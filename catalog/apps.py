from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "catalog"
    verbose_name = "Models"

    def ready(self) -> None:
        from catalog import checks  # noqa: F401 - registers them
