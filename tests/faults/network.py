"""A network of hosts inside this machine: namespaces, joined by a bridge, with cables that can be pulled.

Nothing outside can reach it and it reaches nothing outside: the bridge has a namespace of its own, too.
"""

import ctypes
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Self

CLONE_NEWNET = 0x40000000
#: Addresses for documentation (RFC 5737): nobody has them.
PREFIX = "198.51.100."


class UnavailableError(Exception):
    """This machine lets us make no network."""


class Network:
    """Hosts by name; host number 7 has the address 198.51.100.7."""

    def __init__(self) -> None:
        self.mark = f"hosts-{os.getpid()}-"
        self.namespaces: list[str] = []
        if os.geteuid() != 0:
            raise UnavailableError("network namespaces need root")
        try:
            self._namespace("hub")
            self._ip("-n", self.mark + "hub", "link", "add", "hub", "up", "type", "bridge")
            self.add("probe", 254)
            subprocess.run(self.on("probe", ["true"]), check=True, capture_output=True, text=True)
        except (OSError, subprocess.CalledProcessError) as error:
            self.close()
            said = getattr(error, "stderr", "") or error
            raise UnavailableError(f"network namespaces cannot be made here: {said}") from error

    def add(self, name: str, number: int) -> str:
        """Make a host, plug it in and return its address."""
        self._namespace(name)
        place, hub, address = self.mark + name, self.mark + "hub", f"{PREFIX}{number}"
        self._ip("link", "add", "eth0", "netns", place, "type", "veth", "peer", "name", name, "netns", hub)
        self._ip("-n", hub, "link", "set", name, "master", "hub", "up")
        self._ip("-n", place, "address", "add", f"{address}/24", "dev", "eth0")
        self._ip("-n", place, "link", "set", "lo", "up")
        self._ip("-n", place, "link", "set", "eth0", "up")
        return address

    def cut(self, name: str) -> None:
        """Pull a host's cable: what is sent to it or from it is lost, and nobody is told."""
        self._ip("-n", self.mark + "hub", "link", "set", name, "down")

    def mend(self, name: str) -> None:
        """Plug it in again."""
        self._ip("-n", self.mark + "hub", "link", "set", name, "up")

    def on(self, name: str, command: Sequence[str]) -> list[str]:
        """Return `command` as it runs on a host; the process keeps its id."""
        return ["ip", "netns", "exec", self.mark + name, *command]

    def enter(self, name: str) -> None:
        """Move the calling thread to a host; there is no way back for it."""
        with Path("/run/netns", self.mark + name).open("rb") as place:
            libc = ctypes.CDLL(None, use_errno=True)
            if libc.setns(place.fileno(), CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "setns")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Take the network down; its cables go with the hosts."""
        for namespace in self.namespaces:
            subprocess.run(["ip", "netns", "delete", namespace], check=False, capture_output=True)

    def _namespace(self, name: str) -> None:
        self._ip("netns", "add", self.mark + name)
        self.namespaces.append(self.mark + name)

    @staticmethod
    def _ip(*arguments: str) -> None:
        subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True)
