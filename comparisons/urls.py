from django.urls import path

from comparisons import views

urlpatterns = [
    path("", views.home, name="home"),
    path("comparisons/", views.run_list, name="comparison-list"),
    path("comparisons/new/", views.new_run, name="comparison-new"),
    path("comparisons/<uuid:run_id>/", views.run_page, name="comparison"),
    path("comparisons/<uuid:run_id>/summary/", views.run_summary, name="comparison-summary"),
    path("comparisons/<uuid:run_id>/cancel/", views.cancel_run, name="comparison-cancel"),
    path(
        "generations/<uuid:generation_id>/cancel/",
        views.cancel_generation,
        name="generation-cancel",
    ),
    path(
        "generations/<uuid:generation_id>/retry/", views.retry_generation, name="generation-retry"
    ),
]
