"""The only settings file: environment in, loud errors out (`.env.example` lists every name).

With neither DATABASE_URL nor SECRET_KEY set this is a local installation: it serves
loopback addresses only, with a random key of its own, on the servers `make run` starts.
"""

from __future__ import annotations

from pathlib import Path

from csp.constants import NONE, SELF
from django.conf import global_settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from kombu import Exchange, Queue

from config import env
from config.local.paths import LocalPaths, postgres_programs

BASE_DIR = Path(__file__).resolve().parent.parent
LOCAL = not env.text("DATABASE_URL") and not env.text("SECRET_KEY")
_local = LocalPaths.from_environment()
DEMO = env.flag("DEMO", False)
DEBUG = env.flag("DEBUG", False)

if LOCAL:
    SECRET_KEY = _local.secret_key()
    ALLOWED_HOSTS = env.words("ALLOWED_HOSTS") or ["localhost", "127.0.0.1", "[::1]"]
else:
    SECRET_KEY = env.required(
        "SECRET_KEY", "Make one with: python -c 'import secrets; print(secrets.token_urlsafe(50))'"
    )
    if len(SECRET_KEY) < 50:
        raise ImproperlyConfigured("SECRET_KEY is shorter than 50 characters.")
    ALLOWED_HOSTS = env.words("ALLOWED_HOSTS")
    if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
        raise ImproperlyConfigured("ALLOWED_HOSTS must name the hosts this site answers to, without *.")
    if DEBUG or DEMO:
        raise ImproperlyConfigured("DEBUG and DEMO are for a local installation only.")
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")

HTTPS = env.flag("HTTPS", not LOCAL)
DATABASE_URL = _local.database_url if LOCAL else env.required("DATABASE_URL", "It is the PostgreSQL address.")
REDIS_URL = env.text("REDIS_URL") or (_local.redis_url if LOCAL else env.required("REDIS_URL", "It is the broker."))

INSTALLED_APPS = [
    "config.apps.ChainAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_htmx",
    "clusters",
    "diagnosis",
    "recommendations",
]

MIDDLEWARE = [
    "config.logs.RequestLog",
    "config.metrics.CountRequests",
    "config.headers.MoreHeaders",
    "csp.middleware.CSPMiddleware",  # before the next one, which refuses unknown hosts
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.compression.PageCompression",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "config.readable.RefuseUnreadable",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "clusters.officer_session.EndOfficerSession",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.site",
            ],
        },
    }
]

# --- data ---------------------------------------------------------------------------------
DATABASES = {"default": env.database(DATABASE_URL)}
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["OPTIONS"] = {
    "connect_timeout": "3",
    "options": "-c statement_timeout=15s -c lock_timeout=3s -c idle_in_transaction_session_timeout=30s",
    **DATABASES["default"]["OPTIONS"],  # type: ignore[dict-item]
}
# Where pg_dump and pg_restore are, for backups; "" is wherever PATH finds them.
PG_BIN = env.text("PG_BIN") or (str(postgres_programs() or "") if LOCAL else "")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Rate limits and sign-in codes must hold across processes and without the broker.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache",
        # Above this number a third of all entries goes, limits too. What is over goes first, daily at the latest.
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    }
}

REPORT_ROOT = Path(env.text("REPORT_ROOT") or _local.folder / "reports")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": REPORT_ROOT}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "static_collected"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "config.assets.BootstrapFinder",
]

# --- queue --------------------------------------------------------------------------------
# Values and reasons: docs/adr/0004-report-jobs.md
CELERY_BROKER_URL = env.broker(REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_RETRY_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = 60
CELERY_TASK_TIME_LIMIT = 90
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 600_000
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CONSUMER = "config.worker:SteadyConsumer"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.2}
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "socket_timeout": 2,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    "health_check_interval": 10,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "global_keyprefix": "chain:",
    "queue_order_strategy": "sorted",  # who takes from both queues takes from `reports` first
}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
# Owners wait for what is in `reports`. What takes minutes, or what nobody waits for, is in `slow`, so that a worker
# process kept for reports is never taken by it (deploy/). A worker without -Q takes from both. Messages of a `slow`
# task that are still in `reports`, sent by an older version, are understood there as well.
CELERY_TASK_DEFAULT_QUEUE = "reports"
CELERY_TASK_QUEUES = tuple(Queue(name, Exchange(name), routing_key=name) for name in ("reports", "slow"))
CELERY_TASK_ROUTES = {
    task: {"queue": "slow", "routing_key": "slow"}
    for task in (
        "recommendations.tasks.build_officer_file",
        "recommendations.tasks.refresh_cluster_figures",
        "recommendations.tasks.remove_old_files",
        "diagnosis.tasks.refresh_statistics",
        "diagnosis.tasks.remove_old_drafts",
    )
}
CELERY_TIMEZONE = "Asia/Shanghai"

# Report jobs: how long a worker holds one, when the sweeper steps in, how often it is tried.
REPORT_LEASE_SECONDS = env.integer("REPORT_LEASE_SECONDS", 120, minimum=1)
REPORT_RESEND_SECONDS = env.integer("REPORT_RESEND_SECONDS", 30, minimum=1)
REPORT_SWEEP_SECONDS = env.integer("REPORT_SWEEP_SECONDS", 15, minimum=1)
REPORT_MAX_ATTEMPTS = 5
# Files officers ask for: how long one may take to make (longer than a report, shorter than the broker waits), and
# how many days it is kept.
OFFICER_FILE_SECONDS = 540
CLUSTER_FIGURES_SECONDS = 540  # counting all firms for statistics; the first time every diagnosis is read
OFFICER_FILE_DAYS = env.integer("OFFICER_FILE_DAYS", 7, minimum=1)
# Diagnoses never handed in are deleted when nobody has touched them for so many days.
DRAFT_DAYS = env.integer("DRAFT_DAYS", 180, minimum=1)
# A private link opens its diagnosis for so many days: as long as a draft waits for its owner.
LINK_DAYS = env.integer("LINK_DAYS", 180, minimum=1)
CELERY_BEAT_SCHEDULE = {
    "remove-old-files": {
        "task": "recommendations.tasks.remove_old_files",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "resend-reports": {
        "task": "recommendations.tasks.resend_reports",
        "schedule": float(REPORT_SWEEP_SECONDS),
        "options": {"expires": REPORT_SWEEP_SECONDS * 4},
    },
    "send-waiting-mails": {
        "task": "diagnosis.tasks.send_waiting_mails",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "send-invitations": {
        "task": "diagnosis.tasks.send_invitations",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "refresh-cluster-figures": {
        "task": "recommendations.tasks.refresh_cluster_figures",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "remove-old-drafts": {
        "task": "diagnosis.tasks.remove_old_drafts",
        "schedule": 86_400.0,
        "options": {"expires": 86_400},
    },
    "refresh-statistics": {
        "task": "diagnosis.tasks.refresh_statistics",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
}

# --- people -------------------------------------------------------------------------------
AUTH_USER_MODEL = "clusters.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "clusters.passwords.NotOnlyOurWords"},
]
LOGIN_REDIRECT_URL = "diagnosis:mine"
LOGIN_URL = "account_login"
ACCOUNT_ADAPTER = "diagnosis.accounts.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "diagnosis.sign_in.SignInForm",
    "change_password": "diagnosis.sign_in.NewPasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_SIGNUP_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 600
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_SESSION_REMEMBER = True
ALLAUTH_TRUSTED_PROXY_COUNT = env.integer("TRUSTED_PROXY_COUNT", 0)
# How many diagnoses may be begun, and handed in, an hour from one address of the network; 0 is no limit.
ADDRESS_LIMIT = env.integer("ADDRESS_LIMIT", 0 if LOCAL else 600)
MFA_ADAPTER = "clusters.factor_secrets.SealedFactors"
MFA_FORMS = {
    "authenticate": "clusters.sign_in_log.SecondFactorForm",
    "reauthenticate": "clusters.sign_in_log.SecondFactorAgainForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Chain diagnosis"
OFFICERS_NEED_TOTP = env.flag("OFFICERS_NEED_TOTP", not LOCAL)
OFFICER_SESSION_HOURS = env.integer("OFFICER_SESSION_HOURS", 12, minimum=1)
OFFICER_IDLE_MINUTES = env.integer("OFFICER_IDLE_MINUTES", 240, minimum=1)
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if env.text('EMAIL_HOST') else 'console'}.EmailBackend"
EMAIL_HOST = env.text("EMAIL_HOST")
EMAIL_PORT = env.integer("EMAIL_PORT", 587)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", True)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "diagnosis@localhost")
_scheme, _port = "https" if HTTPS else "http", env.integer("PORT", 8000)
_host = f"127.0.0.1:{_port}" if LOCAL else ALLOWED_HOSTS[0].lstrip(".")
SITE_URL = env.text("SITE_URL", f"{_scheme}://{_host}").rstrip("/")  # where the links in mails lead
SITE_CONTACT = env.text("SITE_CONTACT")  # who answers for the data, shown on the privacy page

# --- security -----------------------------------------------------------------------------
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ALLAUTH_TRUSTED_PROXY_COUNT else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
_prefix = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{_prefix}session"
CSRF_COOKIE_NAME = f"{_prefix}csrf"
LANGUAGE_COOKIE_NAME = f"{_prefix}language"
CSRF_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
PASSWORD_RESET_TIMEOUT = 60 * 60
FILE_UPLOAD_HANDLERS = ["config.uploads.LimitedUpload", *global_settings.FILE_UPLOAD_HANDLERS]
CSRF_FAILURE_VIEW = "config.views.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}

# --- language and look ----------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
CRISPY_FAIL_SILENTLY = False

# --- watching -------------------------------------------------------------------------------
METRICS_TOKEN = env.text("METRICS_TOKEN")  # whoever shows it may read /metrics; without it there is no such page
ERROR_HOOK = env.text("ERROR_HOOK")  # dotted name of a function that is given every error (config/logs.py)
LOG_FORMAT = env.choice("LOG_FORMAT", "line" if LOCAL else "json", ("line", "json"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "request_id": {"()": "config.logs.WithRequestId"},
        "without_path": {"()": "config.logs.WithoutPath"},
    },
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"},
        "json": {"()": "config.logs.JsonLines"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["request_id", "without_path"],
        },
        "error_hook": {
            "class": "config.logs.ErrorHook", "level": "ERROR", "formatter": LOG_FORMAT,
            "filters": ["request_id", "without_path"],
        },
    },
    "root": {"handlers": ["console", "error_hook"], "level": "INFO"},
}
