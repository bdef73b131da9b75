import os
import subprocess
import sys

import pytest
from django.conf import settings

COMPLETE = {
    "DJANGO_SETTINGS_MODULE": "classroom.production",
    "DATABASE_URL": "postgres://classroom:secret@127.0.0.1/classroom",
    "REDIS_URL": "rediss://:secret@127.0.0.1:6379/0",
    "SECRET_KEY": "".join(chr(33 + n % 90) for n in range(60)),
    "ALLOWED_HOSTS": "classroom.example.org",
}


def check_deploy(tmp_path, environment):
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], "VAR": str(tmp_path), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_settings_pass_django_deployment_checks(tmp_path):
    done = check_deploy(tmp_path, COMPLETE)
    assert (done.returncode, done.stdout) == (0, "System check identified no issues (0 silenced).\n"), (
        done.stderr
    )


@pytest.mark.parametrize("missing", ["DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ALLOWED_HOSTS"])
def test_production_settings_name_what_is_missing(tmp_path, missing):
    done = check_deploy(tmp_path, {name: value for name, value in COMPLETE.items() if name != missing})
    assert done.returncode == 1
    assert f"Set {missing} in the environment" in done.stderr


def test_production_settings_refuse_an_unencrypted_address(tmp_path):
    done = check_deploy(tmp_path, COMPLETE | {"SITE_URL": "http://classroom.example.org"})
    assert "SITE_URL has to begin with https://" in done.stderr
