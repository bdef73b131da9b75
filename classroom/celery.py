"""The Celery application: the doorbell. The database is the queue (see `classroom.bell`)."""

import os
import warnings

from celery import Celery
from celery.exceptions import CPendingDeprecationWarning, SecurityWarning

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "classroom.settings")

# Celery announces a coming default at every lost connection; what we want is set, see `settings`.
warnings.filterwarnings("ignore", "(?s).*worker_cancel_long_running_tasks", CPendingDeprecationWarning)
# Celery fears messages that run code as root; ours are names and numbers, and student code runs in a sandbox
# that gives root up first.
warnings.filterwarnings("ignore", category=SecurityWarning)

app = Celery("classroom")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
