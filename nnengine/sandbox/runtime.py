"""What a jail must contain so that this Python and this numpy run in it."""

import importlib.util
import os
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from nnengine.sandbox.errors import IsolationUnavailable

OURS = Path(__file__).parent
# Of our own code only these go in.
MODULES = ("wire", "limits", "landlock", "seccomp", "system", "serve", "shims", "stand_ins", "zygote")


@dataclass(frozen=True, slots=True)
class Runtime:
    """Where interpreter, standard library, numpy and system libraries lie on this machine.

    Attributes
    ----------
    python
        The real executable (a virtual environment's is a link to it).
    binds
        (source, target in the jail) of everything that goes in, read-only.
    files
        The targets that are files rather than directories.
    hidden
        Directories in the jail that are covered: other people's packages beside the standard library.
    library
        The directory of the shared Python library, or "".
    """

    python: str
    binds: tuple[tuple[str, str], ...]
    files: tuple[str, ...]
    hidden: tuple[str, ...]
    library: str

    def source(self, target: str) -> str:
        """Return where the jail's `target` lies outside."""
        return next(source for source, place in self.binds if place == target)

    @property
    def site(self) -> str:
        """The directory that numpy is imported from."""
        return str(Path(self.source("/site/numpy")).parent)

    @property
    def readable(self) -> list[str]:
        """Directories outside a jail that the reduced tier may read."""
        sources = [source for source, _ in self.binds if Path(source).is_dir()]
        return [*sources, str(OURS)]


def system_libraries() -> list[Path]:
    """Return the directories of the C library and its neighbours, as few as this system allows."""
    multiarch = sysconfig.get_config_var("MULTIARCH") or f"{os.uname().machine}-linux-gnu"
    narrow = [Path("/lib") / multiarch, Path("/usr/lib") / multiarch, Path("/lib64"), Path("/usr/lib64")]
    found = [path for path in narrow if path.is_dir()]
    return found or [path for path in (Path("/lib"), Path("/usr/lib")) if path.is_dir()]


def here() -> Runtime:
    """Return this machine's runtime.

    Raises
    ------
    IsolationUnavailable
        numpy is not installed.
    """
    spec = importlib.util.find_spec("numpy")
    if spec is None or spec.origin is None:
        raise IsolationUnavailable("numpy is not installed: run `make install`, or `pip install numpy`.")
    numpy = Path(spec.origin).resolve().parent
    python = Path(sys.executable).resolve()
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    standard = Path(sysconfig.get_path("stdlib")).resolve()
    compiled = Path(sysconfig.get_path("platstdlib", vars={"platbase": sys.base_exec_prefix})).resolve()
    binds = [(path.resolve(), path) for path in system_libraries()]
    binds += [(python, Path("/python/bin/python")), (standard, Path("/python/lib") / version)]
    if compiled != standard and (compiled / "lib-dynload").is_dir():
        binds.append((compiled, Path("/python") / sys.platlibdir / version))
    binds.append((numpy, Path("/site/numpy")))
    if (bundled := numpy.parent / "numpy.libs").is_dir():
        binds.append((bundled, Path("/site/numpy.libs")))
    files = ["/python/bin/python"]
    library = _python_library()
    if library is not None:
        target = Path("/python/lib") / library.name
        binds.append((library.resolve(), target))
        files.append(str(target))
    hidden = [
        str(target / name)
        for source, target in binds
        for name in ("site-packages", "dist-packages", "ensurepip", "test")
        if str(target).startswith("/python") and (source / name).is_dir()
    ]
    return Runtime(
        python=str(python),
        binds=tuple((str(source), str(target)) for source, target in binds),
        files=tuple(files),
        hidden=tuple(hidden),
        library=str(library.parent) if library else "",
    )


def _python_library() -> Path | None:
    """Return ``libpython3.x.so`` where this interpreter needs one outside the system's libraries."""
    directory, name = sysconfig.get_config_var("LIBDIR"), sysconfig.get_config_var("INSTSONAME")
    if not sysconfig.get_config_var("Py_ENABLE_SHARED") or not directory or not name:
        return None
    for place in (Path(directory), Path(sys.base_prefix) / "lib"):
        if os.path.isfile(place / name):  # noqa: PTH113 - False, not an error, in a closed directory
            return Path(place / name)
    return None


def modules() -> dict[str, str]:
    """Return the source of our own modules that go in, by their path under ``/ours``."""
    return {f"nnengine/sandbox/{name}.py": (OURS / f"{name}.py").read_text("utf-8") for name in MODULES}
