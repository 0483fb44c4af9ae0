"""All settings, read once from the environment (and `.env`), with safe defaults.

`REDIS_URL` decides between the two set-ups: set, the broker, channel layer, cache and live buffer
are Redis and workers are processes of their own; unset, all of it lives in the web process.
`.env.example` explains every variable.
"""

import warnings
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from mmchat.secret_key import load_secret_key

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
env.read_env(env.str("ENV_FILE", default=str(BASE_DIR / ".env")))

VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))

# --- Site ---------------------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or load_secret_key(VAR_DIR / "secret_key")
ENCRYPTION_KEYS: list[str] = env.list("ENCRYPTION_KEYS", default=[])
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
HTTPS = env.bool("HTTPS", default=False)
ROOT_URLCONF = "mmchat.urls"
ASGI_APPLICATION = "mmchat.asgi.application"
SITE_NAME = "mmchat"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "channels",
    "csp",
    "django_cotton.apps.SimpleAppConfig",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    "mmchat",
    "accounts",
    "catalog",
    "usage",
    "inference",
    "comparisons",
    "chats",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "mmchat.middleware.private_pages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.current_membership",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "mmchat.context_processors.site",
            ],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton"],
        },
    }
]
COTTON_DIR = "components"

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "mmchat.static_files.ModuleManifestStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = env.int("MAX_REQUEST_BYTES", default=2_500_000)

# --- Services: database, and Redis or the process itself ----------------------------------------

REDIS_URL = env.str("REDIS_URL", default="")

DATABASES = {
    "default": env.db_url_config(
        env.str("DATABASE_URL", default="") or f"sqlite:///{VAR_DIR / 'mmchat.sqlite3'}"
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-20000;"
        ),
    }
elif DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"]["OPTIONS"] = {
        "pool": {
            "min_size": 1,
            "max_size": env.int("DATABASE_POOL_SIZE", default=20),
            "timeout": 30,
        }
    }
else:
    raise ImproperlyConfigured("DATABASE_URL must start with sqlite:/// or postgres://.")

if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [REDIS_URL], "prefix": "mmchat"},
        }
    }
    CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    }
    LIVE_BUFFER = "inference.live_buffer.RedisLiveBuffer"
    EMBEDDED_WORKER = False
else:
    CELERY_BROKER_URL = "memory://localhost/"
    CHANNEL_LAYERS = {"default": {"BACKEND": "mmchat.channel_layer.ThreadSafeInMemoryChannelLayer"}}
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    LIVE_BUFFER = "inference.live_buffer.MemoryLiveBuffer"
    EMBEDDED_WORKER = True

# --- Celery -------------------------------------------------------------------------------------

CELERY_BROKER_TRANSPORT_OPTIONS = (
    # Leases in the database say what is under way, so a copy in Redis of every task taken would
    # only be a second truth; and putting it back when Redis is away ends the worker (kombu 5.7).
    {"ack_emulation": False} if REDIS_URL else {"polling_interval": 0.01}
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_ALWAYS_EAGER = False
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_POOL = "threads"
CELERY_WORKER_CONCURRENCY = env.int("WORKER_CONCURRENCY", default=256)
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"

# --- Providers and inference --------------------------------------------------------------------

PROVIDER_KEYS = {
    "groq": env.str("GROQ_API_KEY", default=""),
    "anthropic": env.str("ANTHROPIC_API_KEY", default=""),
    "openai_compatible": env.str("OPENAI_API_KEY", default=""),
}
PROVIDER_BASE_URLS = {
    "groq": env.str("GROQ_BASE_URL", default="https://api.groq.com"),
    "anthropic": env.str("ANTHROPIC_BASE_URL", default="https://api.anthropic.com"),
    "openai_compatible": env.str("OPENAI_BASE_URL", default="https://api.openai.com/v1"),
}
LOCAL_MODELS = env.str("LOCAL_MODELS", default="on" if EMBEDDED_WORKER else "off")
LOCAL_MODELS_DIR = (
    VAR_DIR / "models" if LOCAL_MODELS in {"on", "off"} else Path(LOCAL_MODELS).expanduser()
)
CATALOGUE_REFRESH_S = env.int("CATALOGUE_REFRESH_S", default=3600)

MAX_MODELS_PER_RUN = env.int("MAX_MODELS_PER_RUN", default=12)
IDEMPOTENCY_KEY_EXPIRY_S = 24 * 3600
MAX_PROMPT_CHARACTERS = env.int("MAX_PROMPT_CHARACTERS", default=400_000)

FRAME_INTERVAL_S = env.float("FRAME_INTERVAL_S", default=0.04)
LIVE_TEXT_EXPIRY_S = env.int("LIVE_TEXT_EXPIRY_S", default=3600)
LEASE_S = env.float("LEASE_S", default=20.0)
LEASE_RENEWAL_S = env.float("LEASE_RENEWAL_S", default=5.0)
SWEEP_INTERVAL_S = env.float("SWEEP_INTERVAL_S", default=5.0)
REQUEUE_AFTER_S = env.float("REQUEUE_AFTER_S", default=30.0)
CANCEL_POLL_S = env.float("CANCEL_POLL_S", default=0.25)
MAX_ATTEMPTS = env.int("MAX_ATTEMPTS", default=3)
MAX_RETRY_WAIT_S = env.float("MAX_RETRY_WAIT_S", default=60.0)
FIRST_TOKEN_TIMEOUT_S = env.float("FIRST_TOKEN_TIMEOUT_S", default=120.0)
IDLE_TIMEOUT_S = env.float("IDLE_TIMEOUT_S", default=60.0)
TOTAL_TIMEOUT_S = env.float("TOTAL_TIMEOUT_S", default=1800.0)
DRAIN_S = env.float("DRAIN_S", default=20.0)

CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "inference.tasks.sweep", "schedule": SWEEP_INTERVAL_S},
    "finish-runs": {"task": "comparisons.tasks.finish_runs", "schedule": SWEEP_INTERVAL_S},
    "forget-old-keys": {"task": "comparisons.tasks.forget_old_keys", "schedule": 3600},
    "refresh-models": {"task": "inference.tasks.refresh_models", "schedule": CATALOGUE_REFRESH_S},
}

# --- People -------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = env.str("EMAIL_VERIFICATION", default="none")
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
OPEN_SIGN_UP = env.bool("OPEN_SIGN_UP", default=False)
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="mmchat@localhost")

# --- API ----------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api_authentication.BearerTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.permissions.TeamPermission"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["mmchat.api_parsers.ShallowJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "EXCEPTION_HANDLER": "mmchat.api_errors.problem_response",
    # `format` is a field of exports, not a way around content negotiation.
    "URL_FORMAT_OVERRIDE": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "mmchat API",
    "DESCRIPTION": "Ask several language models at once, follow their answers, keep the evidence.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "GenerationStatusEnum": "inference.models.Status",
        "ChatRoleEnum": "chats.models.Role",
        "RunStatusEnum": "comparisons.models.RunStatus",
        "ModelStatusEnum": "catalog.models.ModelStatus",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# --- Safety -------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "img-src": [SELF, "data:"],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31_536_000) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- Logs ---------------------------------------------------------------------------------------

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
# whitenoise hands files over as synchronous iterators, which Django then reads in a thread.
warnings.filterwarnings("ignore", "StreamingHttpResponse must consume synchronous iterators")
# Said by Celery at each start as root, as in a container; the worker accepts JSON only.
warnings.filterwarnings("ignore", "You're running the worker with superuser privileges")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname:<7} {name}: {message}", "style": "{"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        # A line per periodic job, several times a minute, would bury what matters.
        "celery.app.trace": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
        "httpx2": {"level": "WARNING"},
        "django": {"level": LOG_LEVEL},
    },
}
