"""Every attack of docs/sandbox.md through the whole pipeline: as root, as an ordinary user, in both tiers."""

import json
import os
import re
import secrets
import socket
import subprocess
import threading
import time
from pathlib import Path

import pytest

from tests.attacks.catalogue import ATTACKS
from tests.attacks.network import RIGHT
from tests.attacks.ordinary import PROJECT, command, reason_to_skip

CANARY = "canary-" + secrets.token_hex(8)
WRITE_FILES = {"7", "29", "40", "41"}  # their twins do, which the reduced tier has no place for
SECONDS_FOR_OTHERS = 4.0  # for a hand-in graded beside a hostile one, on a busy machine


def table(tier: str = "full") -> dict[str, tuple[str, str]]:
    """Return verdict and cause by number, as docs/sandbox.md promises them, exceptions included."""
    text = (PROJECT / "docs/sandbox.md").read_text("utf-8")
    found = {}
    for part in text.split("### In the reduced tier")[: 1 if tier == "full" else 2]:
        rows = re.findall(r"^\| (\d+[a-z]?) \| [^|]+ \| `([a-z_]+)` \| `([^`]+)` \|", part, flags=re.M)
        found |= {number: (verdict, cause) for number, verdict, cause in rows}
    return found


class Listeners:
    """What an attack would like to reach: TCP, UDP, a Unix socket and an abstract one. Notes visitors."""

    def __init__(self, folder: Path) -> None:
        self.visits: list[bytes] = []
        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", 0))
        self.unix = socket.socket(socket.AF_UNIX)
        self.path = str(folder / "redis.sock")
        self.unix.bind(self.path)
        Path(self.path).chmod(0o777)
        self.abstract = socket.socket(socket.AF_UNIX)
        self.name = secrets.token_hex(8)
        self.abstract.bind("\0" + self.name)
        for door in (self.unix, self.abstract):
            door.listen()
        for door in (self.tcp, self.unix, self.abstract):
            threading.Thread(target=self._accept, args=(door,), daemon=True).start()
        threading.Thread(target=self._receive, daemon=True).start()

    def _accept(self, door: socket.socket) -> None:
        try:
            while True:
                self.visits.append(door.accept()[0].recv(100))
        except OSError:
            return

    def _receive(self) -> None:
        try:
            while True:
                self.visits.append(self.udp.recv(100))
        except OSError:
            return

    def fill_in(self, source: str) -> str:
        source = source.replace("TCP", str(self.tcp.getsockname()[1])).replace("ABSTRACT", self.name)
        return source.replace("'UNIX'", repr(self.path)).replace("UDP", str(self.udp.getsockname()[1]))

    def close(self) -> None:
        for door in (self.tcp, self.udp, self.unix, self.abstract):
            door.close()


class Server:
    """tests.attacks.server as another user, in one of the tiers."""

    def __init__(self, tier: str, user: str, log: Path) -> None:
        self.tier = tier
        environment = {**os.environ, "CANARY": CANARY}
        with log.open("wb") as errors:
            self.process = subprocess.Popen(
                command(user, "-m", "tests.attacks.server", tier), env=environment, cwd=PROJECT, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
            )  # fmt: skip
        self.uid = json.loads(self.process.stdout.readline())["ready"]
        self.settled = self.processes()

    def grade(self, source: str, filename: str) -> dict:
        self.process.stdin.write(json.dumps({"source": source, "filename": filename}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def processes(self, seconds: float = 3.0) -> int:
        """Count the server's descendants once launcher, zygote and two ready rooms are all there is."""
        end = time.monotonic() + seconds
        while (count := len(descendants(self.process.pid))) != 6 and time.monotonic() < end:
            time.sleep(0.02)
        return count

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


def descendants(pid: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found, waiting = [], [pid]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


@pytest.fixture(scope="module")
def listeners(tmp_path_factory):
    folder = tmp_path_factory.mktemp("doors")
    for parent in (folder, *folder.parents[:2]):
        parent.chmod(0o755)
    (folder / "canary.txt").write_text(CANARY)
    doors = Listeners(folder)
    yield doors
    doors.close()


@pytest.fixture(scope="module", params=["full-root", "full-ordinary", "reduced-ordinary"])
def server(request, tmp_path_factory):
    tier, user = request.param.split("-")
    if reason := reason_to_skip(user):
        pytest.skip(reason)
    server = Server(tier, user, tmp_path_factory.mktemp("log") / "errors.txt")
    yield server
    server.close()


def outside() -> tuple[list[str], list[str]]:
    shared = sorted(path.name for path in Path("/dev/shm").iterdir())
    return shared, [name for name in ("pickled", "left") if Path("/tmp", name).exists()]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.number)
def test_attack_gets_its_verdict_and_nothing_else(server, listeners, attack):
    before = outside()
    source = attack.hostile if attack.whole else RIGHT + listeners.fill_in(attack.hostile)
    answer = server.grade(source, attack.filename)
    report = answer["report"]
    functions = {f["name"]: (f["verdict"], f["cause"]) for f in report["functions"]}
    assert functions["forward_propagation"] == table(server.tier)[attack.number]
    assert CANARY not in json.dumps(report)
    assert "STOLEN" not in json.dumps(report)
    assert "INPUT" not in json.dumps(report)
    assert all(character.isprintable() for f in report["functions"] for character in f"{f['message']}")
    assert listeners.visits == []
    assert answer["beside"]["score"] == 100
    assert answer["beside"]["seconds"] < SECONDS_FOR_OTHERS
    assert server.processes() == 6
    assert outside() == before


@pytest.mark.parametrize("attack", [a for a in ATTACKS if not a.whole], ids=lambda attack: attack.number)
def test_benign_twin_passes(server, listeners, attack):
    report = server.grade(RIGHT + listeners.fill_in(attack.twin), attack.filename)["report"]
    wrong = [
        (f["name"], f["verdict"], f["message"]) for f in report["functions"] if f["verdict"] != "correct"
    ]
    if server.tier == "reduced" and attack.number in WRITE_FILES:
        assert [found[:2] for found in wrong] == [("forward_propagation", "raised")]
    else:
        assert wrong == []


def test_table_and_catalogue_have_the_same_attacks():
    assert sorted(table()) == sorted(attack.number for attack in ATTACKS)


def test_nothing_of_one_hand_in_reaches_the_next(server):
    hook = "import builtins, sys, os\nbuiltins.left = 1\nopen('/tmp/left', 'w').write('x')\n"
    server.grade(hook + RIGHT, "a.py")
    files = "os.listdir('/tmp')" if server.tier == "full" else "[]"
    look = (
        "\ndef layer_sizes(X, Y):\n    import builtins, os\n"
        f"    if hasattr(builtins, 'left') or {files} != []: raise RuntimeError('something is left')\n"
        "    return X.shape[0], 4, Y.shape[0]\n"
    )
    assert server.grade(RIGHT + look, "b.py")["report"]["score"] == 100


def test_users_are_who_they_claim_to_be(server, request):
    assert server.uid == (0 if "root" in request.node.name else server.uid)
    assert (server.uid == 0) == ("root" in request.node.name)
