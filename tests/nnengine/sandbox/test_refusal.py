"""On a machine that lacks a wall, nothing runs behind fewer walls than asked for."""

import json
import subprocess

import pytest

from tests.attacks.ordinary import PROJECT, command, reason_to_skip

#: What is missing, the tier that is left, and the words about the full and the reduced tier.
MACHINES = [
    ("seccomp", None, "no seccomp filters", "no seccomp filters"),
    ("landlock", "full", "", "the reduced tier needs Landlock"),
    ("namespaces", "reduced", "SANDBOX_TIER=reduced", ""),
    ("namespaces,landlock", None, "SANDBOX_TIER=reduced", "the reduced tier needs Landlock"),
]
SOURCE = "def linear_forward(A, W, b):\n    return W @ A + b, (A, W, b)\n"


@pytest.fixture(autouse=True)
def ordinary_user():
    if reason := reason_to_skip("ordinary"):
        pytest.skip(reason)


def run(missing: str, *arguments: str) -> subprocess.CompletedProcess:
    whole = command("ordinary", "-m", "tests.attacks.without", missing, "-m", "nnengine", *arguments)
    return subprocess.run(whole, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(("missing", "best", "full", "reduced"), MACHINES, ids=lambda value: str(value)[:20])
def test_doctor_names_what_is_missing(missing, best, full, reduced):
    done = run(missing, "doctor", "--json")
    report = json.loads(done.stdout)
    assert (report["best"], done.returncode) == (best, 0 if best == "full" else 1)
    for trial, words in zip(report["trials"], (full, reduced), strict=True):
        assert words in trial["reason"]
        assert trial["works"] == (words == "")


@pytest.mark.parametrize(
    ("missing", "tier", "words"),
    [
        ("seccomp", [], "use a kernel with CONFIG_SECCOMP_FILTER"),
        ("namespaces", [], "Remedy: "),
        ("landlock", ["--reduced"], "Linux 5.13 or later"),
    ],
)
def test_check_in_the_sandbox_refuses_rather_than_falls_back(missing, tier, words, tmp_path):
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    (tmp_path / "network.py").write_text(SOURCE)
    done = run(missing, "check", str(tmp_path / "network.py"), "--sandbox", *tier)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
