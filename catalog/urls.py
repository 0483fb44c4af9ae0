from django.urls import path

from catalog.views import controls, models, presets

urlpatterns = [
    path("models/", models.model_list, name="models"),
    path("models/refresh/", models.refresh, name="models-refresh"),
    path("models/refresh/state/", models.refresh_state, name="models-refresh-state"),
    path("models/compare/", models.compare, name="models-compare"),
    path("models/<uuid:model_id>/", models.model_page, name="model"),
    path("models/<uuid:model_id>/controls/", controls.controls, name="model-controls"),
    path("presets/", presets.preset_list, name="presets"),
    path("presets/new/", presets.new_preset, name="preset-new"),
    path("presets/export.json", presets.export, name="preset-export"),
    path("presets/import/", presets.import_file, name="preset-import"),
    path("presets/<uuid:preset_id>/", presets.preset_page, name="preset"),
    path("presets/<uuid:preset_id>/duplicate/", presets.duplicate, name="preset-duplicate"),
    path("presets/<uuid:preset_id>/delete/", presets.delete, name="preset-delete"),
    path("presets/<uuid:preset_id>/restore/", presets.restore, name="preset-restore"),
    path("presets/<uuid:preset_id>/favourite/", presets.favourite, name="preset-favourite"),
]
