from django.apps import AppConfig


class UsageConfig(AppConfig):
    name = "usage"
    verbose_name = "Usage"

    def ready(self) -> None:
        from catalog import measured
        from usage.selectors import measured_speeds

        measured.register(measured_speeds)
