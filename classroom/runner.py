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
from honcho.printer import Message, Printer


class CalmPrinter(Printer):  # type: ignore[misc] # honcho carries no types
    """A printer that may be called from a signal handler while it prints."""

    def __init__(self) -> None:
        super().__init__(sys.stdout)
        self._printing = False
        self._waiting: list[Message] = []

    def write(self, message: Message) -> None:
        """Print, and what came in meanwhile after it."""
        self._waiting.append(message)
        if self._printing:
            return
        self._printing = True
        try:
            while self._waiting:
                super().write(self._waiting.pop(0))
        finally:
            self._printing = False


class CalmManager(Manager):  # type: ignore[misc] # honcho carries no types
    """A manager that can be told to stop at any time, even before its processes have told their ids."""

    def terminate(self) -> None:
        """Stop every process; in the first instants, as soon as all can be named."""
        if self._all_started():
            super().terminate()
        else:
            signal.signal(signal.SIGALRM, lambda *_: self.terminate())
            signal.setitimer(signal.ITIMER_REAL, 0.1)


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
        manager = CalmManager(CalmPrinter())
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
