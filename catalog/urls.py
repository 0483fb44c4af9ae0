from django.urls import path

from catalog.views import controls, models

urlpatterns = [
    path("models/", models.model_list, name="models"),
    path("models/refresh/", models.refresh, name="models-refresh"),
    path("models/refresh/state/", models.refresh_state, name="models-refresh-state"),
    path("models/compare/", models.compare, name="models-compare"),
    path("models/<uuid:model_id>/", models.model_page, name="model"),
    path("models/<uuid:model_id>/controls/", controls.controls, name="model-controls"),
]
