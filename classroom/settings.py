"""Settings. They run on a bare checkout; the environment changes what a real course needs changed.

What is read from the environment, and what it means, is listed in `docs/architecture.md`. A server open to
the internet uses `classroom.production` instead, which insists on the few values that have no safe default.
"""

import os
import secrets
import socket
import sys
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent


def env_flag(name: str, default: bool = False) -> bool:
    """Read a yes/no value: 1, true, yes and on mean yes."""
    return os.environ.get(name, str(default)).strip().lower() in {"1", "true", "yes", "on"}


def env_list(name: str, default: str = "") -> list[str]:
    """Read a comma-separated value."""
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def lan_address() -> str:
    """Tell the address other machines of this network know this one by; no packet is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # TEST-NET-1, RFC 5737: chooses a route, reaches nobody
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def secret_from(path: Path) -> str:
    """Read this checkout's own secret; the first start makes it."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(secret := secrets.token_urlsafe(48))
    return secret


# Where things are kept ------------------------------------------------------------------------------------

# Everything the site writes: database, uploads, collected static files, Redis' socket and log.
VAR = Path(os.environ.get("VAR", BASE_DIR / "var")).resolve()
VAR.mkdir(mode=0o700, parents=True, exist_ok=True)

# Where `manage.py backup` writes, on another disk if there is one.
BACKUPS = Path(os.environ.get("BACKUPS", VAR / "backups"))

MEDIA_ROOT = VAR / "media"
MEDIA_URL = "media/"

# Addresses ------------------------------------------------------------------------------------------------

HOST = os.environ.get("HOST", "127.0.0.1")
PORT = int(os.environ.get("PORT", "8000"))
# How people reach the site: links in e-mails, QR codes and webhooks begin with it.
_reachable = lan_address() if HOST in {"0.0.0.0", "::"} else HOST  # noqa: S104 - compared, not bound
SITE_URL = os.environ.get("SITE_URL", f"http://{_reachable}:{PORT}").rstrip("/")
_site = urlsplit(SITE_URL)
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
if _site.hostname and _site.hostname not in ALLOWED_HOSTS:
    ALLOWED_HOSTS.append(_site.hostname)
CSRF_TRUSTED_ORIGINS = [f"{_site.scheme}://{_site.netloc}"]
# Reverse proxies whose X-Forwarded-* headers are believed: addresses, networks, or "unix".
TRUSTED_PROXIES = env_list("TRUSTED_PROXIES")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

DEBUG = env_flag("DEBUG")
# Every part of the design on one page, for those who work on it: /styleguide/.
STYLEGUIDE = env_flag("STYLEGUIDE", DEBUG)
# The demo's sign-in links work, for browsers on this machine only (classroom.demo_sign_in).
DEMO = env_flag("DEMO", default=True)
SECRET_KEY = os.environ.get("SECRET_KEY") or secret_from(VAR / "secret_key")

# Applications ---------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "classroom",
    "classroom.lti",
    "quizzes",
    "projects",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
    "django_htmx",
    "django_prometheus",
    "template_partials",
]

MIDDLEWARE = [
    "classroom.proxies.trusted_proxies",
    "classroom.operating.request_ids.request_ids",
    # Before hosts, cookies and redirects are looked at: machines ask by address.
    "classroom.operating.probes.answer_probes",
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "classroom.sessions.OwnerOfSession",
    # Pages are for signed-in people unless a view says otherwise with @login_not_required.
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "classroom.appearance.own_language_and_zone",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    # Late, so that its page knows the person and their language; no body has been read yet.
    "classroom.uploads.limit_uploads",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "classroom.urls"
WSGI_APPLICATION = "classroom.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "django.template.context_processors.tz",
                "csp.context_processors.nonce",
                "classroom.appearance.context",
            ],
        },
    },
]

# Database -------------------------------------------------------------------------------------------------

DATABASES: dict[str, Any] = {
    "default": dj_database_url.parse(os.environ.get("DATABASE_URL") or f"sqlite:///{VAR / 'db.sqlite3'}")
}
_database = DATABASES["default"]
if _database["ENGINE"].endswith("sqlite3"):
    _database["CONN_MAX_AGE"] = None
    _database.setdefault("OPTIONS", {}).update(
        # Writers queue at BEGIN instead of failing half-way; Django's defaults fail under load.
        transaction_mode="IMMEDIATE",
        timeout=20,
        init_command="PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16000;",
    )
elif _database["ENGINE"].endswith("postgresql"):
    _database["CONN_HEALTH_CHECKS"] = True
    # Statements of `classroom.prepared` are prepared at their first run; all others never.
    _database.setdefault("OPTIONS", {}).setdefault("prepare_threshold", 0)
    # A database whose host is cut off is given up after seconds; TCP itself would wait a quarter of an hour.
    for _name, _value in {
        "connect_timeout": 5,
        "tcp_user_timeout": 8000,  # milliseconds
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 2,
        # The server, too: what a host held locked when it was cut off is free again after seconds.
        "options": "-c tcp_user_timeout=8000 -c tcp_keepalives_idle=5"
        " -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3",
    }.items():
        _database["OPTIONS"].setdefault(_name, _value)
    # Each process keeps its own pool; threads of one web process share it.
    _database.setdefault("OPTIONS", {}).setdefault(
        "pool", {"min_size": 1, "max_size": int(os.environ.get("DATABASE_POOL_SIZE", "8")), "timeout": 10}
    )

# Sessions and the limits on sign-in live in the database: they survive every restart, and a Redis that is
# down signs nobody out.
SESSION_ENGINE = "classroom.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        # Django's 300 would throw a third away, launches in progress too, while a large class comes in.
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    },
    # For what can be computed again, such as rendered formulas: one per process, no queries.
    "process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 5000}},
    # Where `{% cache %}` keeps parts of pages that are the same for everybody in one language.
    "template_fragments": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "template_fragments",
        "OPTIONS": {"MAX_ENTRIES": 2000},
    },
}

# Work in the background -----------------------------------------------------------------------------------

REDIS_SOCKET = VAR / "redis.sock"
if len(os.fsencode(REDIS_SOCKET)) > 100:  # a unix socket's address holds 104 (macOS) or 108 (Linux) bytes
    REDIS_SOCKET = (
        Path(tempfile.gettempdir())
        / f"classroom-{os.getuid()}-{sha256(os.fsencode(VAR)).hexdigest()[:12]}"
        / "redis.sock"
    )
REDIS_URL = os.environ.get("REDIS_URL") or f"redis+socket://{REDIS_SOCKET}"

# A task that has not ended after this many seconds is killed; its row in the database says what is next.
TASK_TIME_LIMIT_SECONDS = 600
# How many hand-ins are graded at once, on all hosts together: mass regrades leave one of them free.
GRADERS = int(os.environ.get("GRADERS") or 1)
# The walls around student code (docs/sandbox.md): "full", or "reduced" in containers without namespaces.
SANDBOX_TIER = os.environ.get("SANDBOX_TIER") or "full"
if SANDBOX_TIER not in {"full", "reduced"}:
    raise ImproperlyConfigured("SANDBOX_TIER is full or reduced: student code never runs here without walls.")

CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Longer than any task may take: else Redis would hand the same task to a second worker.
    "visibility_timeout": 2 * TASK_TIME_LIMIT_SECONDS,
    # How long a request may wait for a Redis that hangs; workers ask it for one second at a time.
    "socket_timeout": 3,
    "socket_connect_timeout": 1,
    "max_retries": 0,
}
# A bell that cannot be rung is no error and nobody waits for it: the sweep rings again.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = TASK_TIME_LIMIT_SECONDS
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_TASK_DEFAULT_QUEUE = "default"
# Grading may take a while and mail servers dawdle: each has its own queue, so neither waits for the other.
CELERY_TASK_ROUTES = {
    "*.tasks.grade_*": {"queue": "grade"},
    "*.tasks.check_*": {"queue": "grade"},
    "*.tasks.deliver_*": {"queue": "mail"},
}
SWEEP_SECONDS = 10
CELERY_BEAT_SCHEDULE = {
    name: {
        "task": name,
        "schedule": SWEEP_SECONDS,
        "options": {"expires": SWEEP_SECONDS, "ignore_result": True},
    }
    for name in (
        "classroom.tasks.sweep",
        "classroom.lti.tasks.sweep",
        "quizzes.tasks.sweep",
        "projects.tasks.sweep",
    )
}
CELERY_BEAT_SCHEDULE["classroom.lti.tasks.look_for_scores"] = {
    "task": "classroom.lti.tasks.look_for_scores",
    "schedule": 60,
    "options": {"expires": 60, "ignore_result": True},
}
CELERY_BEAT_SCHEDULE["quizzes.tasks.forget_guests"] = {
    "task": "quizzes.tasks.forget_guests",
    "schedule": 3600,
    "options": {"expires": 3600, "ignore_result": True},
}
COUNT_SECONDS = 20
CELERY_BEAT_SCHEDULE["classroom.pages.dashboards.tasks.count"] = {
    "task": "classroom.pages.dashboards.tasks.count",
    "schedule": COUNT_SECONDS,
    "options": {"expires": COUNT_SECONDS, "ignore_result": True},
}
REMIND_SECONDS = 300
CELERY_BEAT_SCHEDULE["classroom.pages.reminding.tasks.remind"] = {
    "task": "classroom.pages.reminding.tasks.remind",
    "schedule": REMIND_SECONDS,
    "options": {"expires": REMIND_SECONDS, "ignore_result": True},
}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "beat-schedule")
CELERY_TIMEZONE = "UTC"

# Signing in -----------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "classroom.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_request_login_code"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "classroom.sign_in.Adapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_UNIQUE_EMAIL = True
# The code proves the address, at every sign-in.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
# A class signs in through one address within seconds, so nothing is limited by address: what protects an
# account counts by account. Twenty codes in five minutes with three tries each are 60 guesses at one of 20^8.
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_RATE_LIMITS = {"request_login_code": "20/5m/key"}

# Signing in at another place as well, by OpenID Connect; off where no issuer is named (classroom.openid).
SOCIALACCOUNT_ADAPTER = "classroom.openid.Adapter"
OIDC: dict[str, Any] | None = None
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {}
if _issuer := os.environ.get("OIDC_ISSUER", "").rstrip("/"):
    if not os.environ.get("OIDC_CLIENT_ID") or not os.environ.get("OIDC_CLIENT_SECRET"):
        raise ImproperlyConfigured("OIDC_ISSUER needs OIDC_CLIENT_ID and OIDC_CLIENT_SECRET beside it.")
    if _site.scheme == "https" and not _issuer.startswith("https://"):
        raise ImproperlyConfigured("OIDC_ISSUER has to begin with https://.")
    OIDC = {
        "issuer": _issuer[:200],
        "name": os.environ.get("OIDC_NAME") or urlsplit(_issuer).hostname,
        # Whether people who have no account here get one; they are in no course then.
        "signup": env_flag("OIDC_SIGNUP"),
    }
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "APPS": [
            {
                "provider_id": "oidc",
                "name": OIDC["name"],
                "client_id": os.environ["OIDC_CLIENT_ID"],
                "secret": os.environ["OIDC_CLIENT_SECRET"],
                "settings": {"server_url": _issuer, "oauth_pkce_enabled": True},
            }
        ]
    }

# E-mail ---------------------------------------------------------------------------------------------------

EMAIL_HOST = os.environ.get("EMAIL_HOST", "")
EMAIL_BACKEND = os.environ.get("EMAIL_BACKEND") or (
    f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend"
)
EMAIL_FILE_PATH = VAR / "mail"
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_SSL = env_flag("EMAIL_USE_SSL", EMAIL_PORT == 465)
EMAIL_USE_TLS = env_flag("EMAIL_USE_TLS", EMAIL_PORT == 587)
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", f"Classroom <classroom@{_site.hostname}>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# Languages and time ---------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("de", _("German"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = os.environ.get("TIME_ZONE", "Europe/Berlin")

# Static files ---------------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
# Browser libraries come from npm; `classroom.assets` lists the files that are served.
NODE_MODULES = BASE_DIR / "node_modules"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "classroom.assets.LibraryFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "classroom.assets.StaticStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG

# Uploads --------------------------------------------------------------------------------------------------

# One request's body. Larger ones are refused with a page that says so (classroom.uploads).
MAX_UPLOAD_BYTES = 20 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 512 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600

# Protection -----------------------------------------------------------------------------------------------

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _site.scheme == "https"
# Where browsers are sent on to HTTPS, programs are refused (classroom.api.urls).
SECURE_REDIRECT_EXEMPT = [r"^api/v1/"]
THEME_COOKIE_NAME = "theme"
MESSAGES_COOKIE_NAME = "messages"
MESSAGE_STORAGE = "classroom.messages.Storage"
SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "object-src": [NONE],
        # The nonce is for the import map, which browsers accept only inside the page.
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}

# Learning platforms are asked over HTTPS only, unless this site has none itself (classroom.lti.wire).
LTI_ALLOW_HTTP = _site.scheme != "https"

# Logs -----------------------------------------------------------------------------------------------------

# "line" for people, "json" for machines: one object a line, and one for every request.
LOG_FORMAT = os.environ.get("LOG_FORMAT") or "line"
if LOG_FORMAT not in {"line", "json"}:
    raise ImproperlyConfigured("LOG_FORMAT is line or json.")
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "classroom.operating.logs.Line"},
        "json": {"()": "classroom.operating.logs.Json"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "stream": sys.stderr}
    },
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "INFO")},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        # Every refused or mistyped address is no news; errors are.
        "django.request": {"level": "ERROR"},
        "django.server": {"handlers": [], "propagate": True},
        "classroom.requests": {"level": "INFO" if LOG_FORMAT == "json" else "WARNING"},
        # A hand-in's steps, by its number, from the web server's log to the grader's.
        "classroom.steps": {"level": "INFO" if LOG_FORMAT == "json" else "WARNING"},
        "celery.beat": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
    },
}

# Being watched --------------------------------------------------------------------------------------------

# Who may read /metrics: whoever sends the token, and who asks straight from one of these networks.
# Processes of one host count into files of one folder, which /metrics adds up.
if _counters := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
    Path(_counters).mkdir(mode=0o700, parents=True, exist_ok=True)
METRICS_TOKEN = os.environ.get("METRICS_TOKEN", "")
METRICS_NETWORKS = env_list("METRICS_NETWORKS", "127.0.0.0/8,::1/128")
# Errors go to Sentry where this names one, without personal data.
if SENTRY_DSN := os.environ.get("SENTRY_DSN", ""):
    from classroom.operating import sentry

    sentry.start(SENTRY_DSN)
