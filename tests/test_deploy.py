"""What `deploy/` says fits what the site is: processes, variables, addresses, numbers and times."""

import configparser
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.urls import reverse
from honcho.environ import parse_procfile
from prometheus_client import REGISTRY

from classroom import clock, heartbeat
from classroom.operating import metrics
from projects import grading

ROOT = Path(settings.BASE_DIR)
DEPLOY = ROOT / "deploy"
UNITS = DEPLOY / "systemd"
PROCESSES = set(parse_procfile((ROOT / "Procfile").read_text()).processes)
#: What the site's own processes are elsewhere: Redis is a service there.
OURS = PROCESSES - {"redis"}
#: Read by Python, the shell, deploy/manage or compose itself.
FOREIGN = {"PATH", "PYTHON", "PYTHONDONTWRITEBYTECODE", "DJANGO_SETTINGS_MODULE"}


def documents(name):
    return [found for found in yaml.safe_load_all((DEPLOY / name).read_text()) if found]


MANIFESTS = [
    document
    for file in sorted((DEPLOY / "kubernetes").glob("*.yaml"))
    for document in documents(f"kubernetes/{file.name}")
]
COMPOSE = documents("compose.yaml")[0]


def unit(name):
    parsed = configparser.RawConfigParser(strict=False, interpolation=None)
    parsed.optionxform = str
    parsed.read_string((UNITS / name).read_text())
    return parsed


def variables_the_site_reads():
    """Return every name that settings, workers or the Procfile ask the environment for."""
    asked = re.compile(r"(?:environ(?:\.get\(|\[|\.setdefault\()|env_flag\(|env_list\()\s*\"([A-Z_]+)\"")
    source = "".join(file.read_text() for file in (ROOT / "classroom").rglob("*.py"))
    demanded = re.findall(r'^    "([A-Z_]+)": "', (ROOT / "classroom/production.py").read_text(), re.M)
    started = re.findall(r"\$([A-Z_]+)", (ROOT / "Procfile").read_text())
    return {*asked.findall(source), *demanded, *started}


def containers():
    """Yield (kind and name, pod, container) of every manifest."""
    for document in MANIFESTS:
        spec = document.get("spec", {})
        spec = spec.get("jobTemplate", {}).get("spec", spec)
        pod = spec.get("template", {}).get("spec", {}) if isinstance(spec, dict) else {}
        for container in pod.get("containers", []):
            yield document["metadata"]["name"], pod, container


def test_every_variable_that_is_set_is_one_that_the_site_reads():
    given = set(re.findall(r"^#?([A-Z_]+)=", (DEPLOY / "environment.example").read_text(), re.M))
    for file in UNITS.rglob("*.*"):
        if file.is_file():
            for line in re.findall(r"^Environment=(.*)$", file.read_text(), re.M):
                given |= {pair.partition("=")[0] for pair in line.split()}
    for document in MANIFESTS:
        given |= {*document.get("data", {}), *document.get("stringData", {})}
    for _, _, container in containers():
        given |= {variable["name"] for variable in container.get("env", [])}
    site = COMPOSE["x-site"]
    given |= {*site["environment"], *COMPOSE["services"]["beat"]["environment"]}
    image = (DEPLOY / "Dockerfile").read_text()
    given |= set(re.findall(r"^(?:ENV|   ) *([A-Z_]+)=", image, re.M))
    assert given - variables_the_site_reads() - FOREIGN == set()


def test_every_process_of_the_procfile_runs_everywhere():
    by_systemd = {
        re.search(r"^ExecStart=.*/deploy/run (\w+)$", file.read_text(), re.M)[1]
        for file in UNITS.glob("*.service")
        if "deploy/run" in file.read_text()
    }
    by_compose = {
        service["command"][1]
        for service in COMPOSE["services"].values()
        if service.get("command", [""])[0] == "deploy/run"
    }
    by_kubernetes = {
        container["command"][1] for _, _, container in containers() if container["command"][0] == "deploy/run"
    }
    assert (by_systemd, by_compose, by_kubernetes) == (OURS, OURS, OURS)


def test_backups_and_purges_come_round_every_night_everywhere():
    by_systemd = {
        unit(f"{timer.stem}.service")["Service"]["ExecStart"].split()[1] for timer in UNITS.glob("*.timer")
    }
    by_compose = {
        service["command"][2]
        for service in COMPOSE["services"].values()
        if service.get("profiles") == ["nightly"]
    }
    by_kubernetes = {
        found["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]["command"][2]
        for found in MANIFESTS
        if found["kind"] == "CronJob"
    }
    nightly = {"backup", "purge"}
    assert (by_systemd, by_compose, by_kubernetes) == (nightly, nightly, nightly)


@pytest.mark.parametrize("process", sorted(OURS))
def test_run_starts_what_the_procfile_says(process):
    environment = {"PATH": os.environ["PATH"], "PYTHON": "echo", "PORT": "8007"}
    done = subprocess.run(
        [DEPLOY / "run", process], env=environment, capture_output=True, text=True, check=True
    )
    values = {"PORT": "8007", "HOST": "127.0.0.1", "WEB_WORKERS": "2", "WEB_THREADS": "2", "GRADERS": "2"}
    command = parse_procfile((ROOT / "Procfile").read_text()).processes[process]
    command = re.sub(r"\"?\$([A-Z_]+)\"?", lambda found: values.get(found[1], ""), command)
    assert done.stdout.split() == command.split()[1:]


def test_run_names_the_processes_where_it_knows_none():
    done = subprocess.run([DEPLOY / "run", "wob"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (64, "Which process? redis web grader courier beat\n")


@pytest.mark.django_db
def test_every_probe_asks_an_address_that_answers(client):
    asked = set()
    for _, _, container in containers():
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            if probe in container:
                asked.add(container[probe]["httpGet"]["path"])
    asked |= set(re.findall(r"127\.0\.0\.1:8000(/[a-z/]+)", (DEPLOY / "compose.yaml").read_text()))
    asked |= set(re.findall(r"(/health/[a-z]+)", (DEPLOY / "release").read_text()))
    assert {path: client.get(path).status_code for path in asked} == {
        "/health/live": 200,
        "/health/ready": 200,
        "/metrics": 200,
    }


@pytest.mark.django_db
def test_every_number_that_wakes_somebody_exists():
    text = (DEPLOY / "prometheus/alerts.yml").read_text() + (DEPLOY / "kubernetes/workers.yaml").read_text()
    asked = set(re.findall(r"\b(?:classroom|django)_[a-z_]+\b", text))
    for what in metrics.ROUNDS:
        heartbeat.note(what, now=clock.now())
    there = {sample.name for metric in metrics.registry().collect() for sample in metric.samples}
    # A counter with labels has no sample before the first count.
    there |= {f"{metric.name}_total" for metric in REGISTRY.collect() if metric.type == "counter"}
    assert asked - there == set()


@pytest.mark.parametrize("file", ["prometheus/prometheus.yml", "prometheus/alerts.yml"])
def test_prometheus_files_are_yaml(file):
    assert len(documents(file)) == 1


def test_only_the_grader_may_make_namespaces():
    common = unit("classroom-.service.d/10-common.conf")["Service"]
    sandbox = unit("classroom-grader.service.d/20-sandbox.conf")["Service"]
    assert (common["RestrictNamespaces"], sandbox["RestrictNamespaces"]) == ("yes", "no")
    assert common["CapabilityBoundingSet"] == ""
    assert sorted(path.name for path in UNITS.glob("*.d")) == [
        "classroom-.service.d",
        "classroom-grader.service.d",
    ]
    unusual = {
        name
        for name, pod, _ in containers()
        if pod["securityContext"]["seccompProfile"]["type"] != "RuntimeDefault"
    }
    own = {
        name for name, service in COMPOSE["services"].items() if "seccomp" in str(service.get("security_opt"))
    }
    assert (unusual, own) == ({"grader"}, {"grader"})


def test_every_container_is_an_ordinary_user_without_capabilities():
    for name, pod, container in containers():
        safe = container["securityContext"]
        assert (name, pod["securityContext"]["runAsNonRoot"], safe["capabilities"]["drop"]) == (
            name,
            True,
            ["ALL"],
        )
        assert (safe["allowPrivilegeEscalation"], safe["readOnlyRootFilesystem"]) == (False, True)
    assert "\nUSER 10001:10001\n" in (DEPLOY / "Dockerfile").read_text()


def test_graders_get_the_time_that_a_hand_in_may_take():
    [grace] = [pod["terminationGracePeriodSeconds"] for name, pod, _ in containers() if name == "grader"]
    by_systemd = int(unit("classroom-grader.service")["Service"]["TimeoutStopSec"])
    by_compose = int(COMPOSE["services"]["grader"]["stop_grace_period"].rstrip("s"))
    assert min(grace, by_systemd, by_compose) > grading.MOST_SECONDS


def test_proxies_let_through_what_the_site_takes_and_replace_what_visitors_claim():
    text = (DEPLOY / "nginx.conf").read_text()
    megabytes = int(re.search(r"client_max_body_size (\d+)m;", text)[1])
    assert megabytes * 2**20 > settings.MAX_UPLOAD_BYTES
    headers = dict(re.findall(r"proxy_set_header (\S+) (\S+);", text))
    assert headers == {
        "Connection": '""',
        "Host": "$host",
        "X-Forwarded-For": "$remote_addr",
        "X-Forwarded-Proto": "$scheme",
        "X-Request-ID": "$request_id",
    }


def test_proxy_sends_again_what_may_come_twice_and_nothing_else():
    text = (DEPLOY / "nginx.conf").read_text()
    [pattern] = re.findall(r"location ~ (\S+) \{[^}]*non_idempotent;", text)
    assert text.count("non_idempotent") == 1
    assert re.search(pattern, reverse("quizzes:save", args=["dl", 7]))
    others = [reverse("quizzes:hand_in", args=["dl", 7]), reverse("projects:hand_in", args=["dl", 7])]
    assert [address for address in others if re.search(pattern, address)] == []


def test_proxy_forgets_that_a_web_server_was_away():
    """Else nobody is left to ask when its sister restarts right after it."""
    servers = re.findall(r"^    server (127\S+) (.*);$", (DEPLOY / "nginx.conf").read_text(), re.M)
    assert servers == [("127.0.0.1:8001", "max_fails=0"), ("127.0.0.1:8002", "max_fails=0")]


def test_backups_are_made_by_programs_as_old_as_the_server():
    """Debian's bookworm has PostgreSQL 15, and pg_dump refuses a server that is newer."""
    final = re.findall(r"^FROM (\S+)", (DEPLOY / "Dockerfile").read_text(), re.M)[-1]
    assert (final.endswith("-bookworm"), COMPOSE["services"]["postgres"]["image"]) == (
        True,
        "postgres:15-bookworm",
    )


def test_everything_the_image_copies_is_there():
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (DEPLOY / "Dockerfile").read_text(), re.M)
    assert [name for line in copied for name in line.split() if not (ROOT / name).exists()] == []


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_understands_its_units(tmp_path):
    folder = tmp_path / "units"
    shutil.copytree(UNITS, folder)
    for file in folder.rglob("*.*"):  # the programs are elsewhere on the machine that runs them
        if file.is_file():
            file.write_text(re.sub(r"/srv/classroom/current/deploy/\w+", "/bin/true", file.read_text()))
    (folder / "classroom-web@8001.service").write_text((folder / "classroom-web@.service").read_text())
    names = [str(path) for path in sorted(folder.iterdir()) if path.is_file() and "@." not in path.name]
    done = subprocess.run(
        ["systemd-analyze", "verify", *names],
        env=os.environ | {"SYSTEMD_UNIT_PATH": f"{folder}:"},
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [line for line in done.stderr.splitlines() if str(folder) in line or "classroom" in line]
    assert ours == []


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
def test_kustomize_builds_the_manifests():
    done = subprocess.run(
        ["kubectl", "kustomize", DEPLOY / "kubernetes"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    built = list(yaml.safe_load_all(done.stdout))
    listed = documents("kubernetes/kustomization.yaml")[0]["resources"]
    assert len(built) == sum(len(documents(f"kubernetes/{file}")) for file in listed)
    assert {document["metadata"].get("namespace", "classroom") for document in built} == {"classroom"}


@pytest.mark.parametrize("script", ["run", "manage", "release"])
def test_scripts_are_programs_that_a_plain_shell_understands(script):
    assert os.access(DEPLOY / script, os.X_OK)
    subprocess.run(["sh", "-n", DEPLOY / script], check=True)
