"""Runs Python as an ordinary user, even where interpreter and project lie in directories closed to them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np

NOT_ROOT = 65533
PROJECT = Path(__file__).parents[2]

# Binds interpreter, numpy and project to open places in a mount namespace of its own, then gives root up.
_SCRIPT = f"""
set -e
mkdir -p /run/ordinary/python /run/ordinary/site /run/ordinary/project
mount --bind "$1" /run/ordinary/python
mount --bind "$2" /run/ordinary/site
mount --bind "$3" /run/ordinary/project
cd /run/ordinary/project
python=/run/ordinary/python/bin/$4
shift 4
exec setpriv --reuid {NOT_ROOT} --regid {NOT_ROOT} --clear-groups --bounding-set=-all \
  env -i CANARY="$CANARY" \
  LD_LIBRARY_PATH=/run/ordinary/python/lib PYTHONPATH=/run/ordinary/project:/run/ordinary/site "$python" "$@"
"""


def command(user: str, *arguments: str) -> list[str]:
    """Return the command that runs Python with `arguments` as "root" or as "ordinary"."""
    if user == "root" or os.getuid() != 0:
        return [sys.executable, *arguments]
    python = Path(sys.executable).resolve()
    places = [str(Path(sys.base_prefix).resolve()), str(Path(np.__file__).resolve().parents[1]), str(PROJECT)]
    return ["unshare", "-m", "sh", "-c", _SCRIPT, "sh", *places, python.name, *arguments]


def reason_to_skip(user: str) -> str:
    """Return why that user cannot be had here, or ""."""
    if user == "root":
        return "" if os.getuid() == 0 else "the tests do not run as root"
    if os.getuid() == 0:
        missing = [name for name in ("unshare", "setpriv") if shutil.which(name) is None]
        if missing:
            return f"{missing[0]} is not installed"
        tried = subprocess.run(command(user, "-c", ""), capture_output=True, text=True, check=False)
        if tried.returncode:
            return f"no ordinary user can be had: {tried.stderr[-200:]}"
    return ""
