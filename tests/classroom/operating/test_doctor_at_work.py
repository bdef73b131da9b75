"""The doctor on the running site."""

import json
import shutil
import subprocess
import sys

from classroom import heartbeat
from tests.faults.test_database import skip_or_fail
from tests.site import ROOT, wait_until


def findings(site, *prefix, **variables):
    done = subprocess.run(
        [*prefix, sys.executable, "manage.py", "doctor", "--json"],
        cwd=ROOT,
        env=site.environment | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return {found["check"]: found for found in json.loads(done.stdout)}


def test_a_site_whose_processes_run_is_well_until_code_or_clock_differ(site):
    wait_until(heartbeat.last, seconds=60, what="the sweep")
    found = findings(site)
    assert {check: found[check]["level"] for check in ("workers", "versions", "beat", "redis")} == {
        "workers": "ok",
        "versions": "ok",
        "beat": "ok",
        "redis": "ok",
    }
    if shutil.which("faketime") is None:
        skip_or_fail("faketime is not installed")
    found = findings(site, "faketime", "--exclude-monotonic", "-f", "+2h", RELEASE="1.1")
    assert (found["versions"]["level"], found["worker clocks"]["level"]) == ("warning", "warning")
    assert " run other code than this host has." in found["versions"]["text"]
