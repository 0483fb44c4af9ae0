from django.urls import path

from catalog.views import controls

urlpatterns = [
    path("models/<uuid:model_id>/controls/", controls.controls, name="model-controls"),
]
