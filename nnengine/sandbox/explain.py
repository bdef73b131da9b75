"""What a refused step of the launch means, and what to do about it."""

import errno
from pathlib import Path


def explain(step: str, code: int, why: str) -> str:
    """Return a sentence or two that name the missing part and the remedy.

    Parameters
    ----------
    step
        The step that failed, as `nnengine.sandbox.jail` names it; ``"platform"`` without Linux.
    code
        Its errno.
    why
        What the system said.
    """
    return f"{_missing(step, code, why)} [{step}: {why}]"


def _missing(step: str, code: int, why: str) -> str:
    if step == "platform":
        return (
            f"Student code can only be isolated on Linux, and this is {why}. Run the worker on a Linux "
            "machine or in a Linux virtual machine; students may check their own code without walls."
        )
    if step == "seccomp":
        return (
            "The kernel has no seccomp filters for this machine (x86-64 and AArch64 are supported). "
            "Grading stays off: use a kernel with CONFIG_SECCOMP_FILTER."
        )
    if step == "landlock":
        return (
            "Without namespaces the reduced tier needs Landlock, and this kernel has none: it needs "
            "Linux 5.13 or later with `landlock` in the boot parameter lsm=."
        )
    if step == "interpreter":
        return (
            "The reduced tier runs as nobody, who may not read this Python. Install Python and the project "
            "where everybody may read them (not under a closed home directory), or run the worker as an "
            "ordinary user."
        )
    if step in ("namespaces", "mounts"):
        return _namespaces(code)
    return "A step that every Linux allows was refused; a container profile is the likeliest reason."


def _namespaces(code: int) -> str:
    if code == errno.ENOSPC:
        cause = "User namespaces are switched off (user.max_user_namespaces is 0)."
        remedy = "`sysctl user.max_user_namespaces=10000`"
    elif _reads("/proc/sys/kernel/unprivileged_userns_clone", "0"):
        cause = "Ordinary users may not make user namespaces here."
        remedy = "`sysctl kernel.unprivileged_userns_clone=1`"
    elif _reads("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1"):
        cause = "AppArmor does not let this program make user namespaces (Ubuntu 24.04 and later)."
        remedy = (
            "an AppArmor profile with `userns,` for this Python, or "
            "`sysctl kernel.apparmor_restrict_unprivileged_userns=0`"
        )
    elif _filtered():
        cause = "This container's profile forbids namespaces (Docker's default does)."
        remedy = "run the worker with `--security-opt seccomp=unconfined` on a machine of its own"
    else:
        cause = "The kernel refuses namespaces of one's own."
        remedy = "allow user namespaces"
    return f"{cause} Remedy: {remedy}, or choose the reduced tier for the site with SANDBOX_TIER=reduced."


def _reads(path: str, value: str) -> bool:
    try:
        return Path(path).read_text(encoding="ascii").strip() == value
    except OSError:
        return False


def _filtered() -> bool:
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return False
    return "Seccomp:\t2" in status
