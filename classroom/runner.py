"""The whole site on one machine: the processes of the `Procfile`, started, watched and stopped together."""

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from honcho.environ import parse_procfile
from honcho.manager import Manager
from honcho.printer import Printer

#: A start that lasts less long than this (seconds) is a mistake to be read, not a mishap to recover from.
HEALTHY_SECONDS = 20


def announce(address: tuple[str, int], message: str) -> None:
    """Print `message` once something listens on `address`; give up after a minute."""
    for _ in range(600):
        try:
            socket.create_connection(address, timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            sys.stdout.write(f"\n{message}\n\n")
            sys.stdout.flush()
            return


def run(procfile: Path, *, leave_out: set[str], environment: Mapping[str, str], ready: str) -> int:
    """Run every process of `procfile` until Ctrl-C, and return the exit code: 0 after Ctrl-C or SIGTERM.

    When one process dies the others are stopped and all start again: what was in progress is in the database
    and is taken up. A site that dies right after its start stays down, so that the reason can be read.
    """
    # A closed terminal is as good as Ctrl-C; the processes have sessions of their own and would stay behind.
    signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    address = (environment["HOST"].replace("0.0.0.0", "127.0.0.1"), int(environment["PORT"]))  # noqa: S104 - dialled, not bound
    while True:
        manager = Manager(Printer(sys.stdout))
        for name, command in parse_procfile(procfile.read_text()).processes.items():
            if name not in leave_out:
                manager.add_process(name, command, env=dict(environment), cwd=str(procfile.parent))
        threading.Thread(target=announce, args=(address, ready), daemon=True).start()
        started = time.monotonic()
        manager.loop()
        if manager.returncode in {128 + signal.SIGINT, 128 + signal.SIGTERM}:
            return 0
        if time.monotonic() - started < HEALTHY_SECONDS:
            return int(manager.returncode or 1)
        sys.stdout.write("A process died; starting all of them again.\n")
