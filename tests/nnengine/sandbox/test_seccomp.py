"""The table of system calls agrees with libseccomp."""

import ctypes
import ctypes.util

import pytest

from nnengine.sandbox import seccomp, system

ARCHITECTURES = ((0, "x86_64", 0xC000003E), (1, "aarch64", 0xC00000B7))


@pytest.fixture(scope="module")
def resolve():
    name = ctypes.util.find_library("seccomp")
    if name is None:
        pytest.skip("libseccomp is not installed")
    library = ctypes.CDLL(name)
    library.seccomp_syscall_resolve_name_arch.argtypes = [ctypes.c_uint32, ctypes.c_char_p]
    return lambda architecture, call: library.seccomp_syscall_resolve_name_arch(architecture, call.encode())


@pytest.mark.parametrize(("column", "machine", "architecture"), ARCHITECTURES)
def test_numbers_agree_with_libseccomp(resolve, column, machine, architecture):
    tables = {**seccomp.ALLOWED, **seccomp.BY_ARGUMENT, **seccomp.DEADLY}
    ours = {name: numbers[column] for name, numbers in tables.items()}
    theirs = {name: max(resolve(architecture, name), -1) for name in tables}
    assert ours == theirs
    assert {name: resolve(architecture, name) for name in system._OLD[machine]} == system._OLD[machine]


def test_program_refuses_unknown_machines():
    with pytest.raises(OSError, match="no seccomp table for sparc"):
        seccomp.program(1, "sparc")


def test_tables_do_not_overlap():
    names = [*seccomp.ALLOWED, *seccomp.BY_ARGUMENT, *seccomp.DEADLY]
    assert len(names) == len(set(names))
