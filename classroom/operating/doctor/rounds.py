"""Every check, in the order in which a site is set up."""

from collections.abc import Callable, Iterable, Iterator

from classroom.operating.doctor import addresses, database, disk, workers
from classroom.operating.doctor.finding import Finding, error

CHECKS: dict[str, Callable[[], Iterable[Finding]]] = {
    "secret key": addresses.secret_key,
    "address": addresses.address,
    "https": addresses.https,
    "proxies": addresses.proxies,
    "reachable": addresses.reachable,
    "mail": addresses.mail,
    "notices": addresses.notices,
    "database": database.server,
    "migrations": database.migrations,
    "clock": database.clocks,
    "time zones": database.time_zones,
    "redis": workers.redis,
    "workers": workers.hearing,
    "versions": workers.hosts,
    "beat": workers.beat,
    "queues": workers.queues,
    "sandbox": workers.sandbox,
    "static files": disk.static_files,
    "browser libraries": disk.browser_libraries,
    "translations": disk.translations,
    "disk": disk.space,
    "backups": disk.backups,
    "old data": disk.old_data,
}


def examine() -> Iterator[Finding]:
    """Go through all checks; one that breaks is a finding and keeps none of the others from being made."""
    for name, check in CHECKS.items():
        try:
            yield from check()
        except Exception as problem:  # noqa: BLE001 - whatever is broken here is what the doctor is to tell
            yield error(
                name, f"The check itself failed: {type(problem).__name__}: {problem}", "Repair this first."
            )
