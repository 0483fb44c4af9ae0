from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

from catalog.api.models import LanguageModelViewSet
from catalog.api.presets import PresetViewSet
from chats.api.views import ChatViewSet
from comparisons.api.views import ComparisonRunViewSet, GenerationViewSet
from mmchat import health

router = SimpleRouter(use_regex_path=False)
router.register("models", LanguageModelViewSet, basename="model")
router.register("comparisons", ComparisonRunViewSet, basename="comparison-api")
router.register("chats", ChatViewSet, basename="chat-api")
router.register("presets", PresetViewSet, basename="preset-api")
router.register("generations", GenerationViewSet, basename="generation-api")

urlpatterns = [
    path("", include("catalog.urls")),
    path("", include("chats.urls")),
    path("", include("comparisons.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include(router.urls)),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path(
        "api/docs/",
        SpectacularSwaggerSplitView.as_view(url_name="schema", template_name="api_docs.html"),
        name="api-docs",
    ),
    path("healthz", health.alive, name="healthz"),
]
