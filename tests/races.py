"""Acts that happen at the same time."""

import threading
from collections.abc import Callable, Sequence

from django.db import connection


def at_once(acts: Sequence[Callable[[], object]], *, refusals: type[Exception]) -> list[object]:
    """Run all `acts` in threads of their own, begun together; return the results of those not refused."""
    barrier, done, failed = threading.Barrier(len(acts)), [], []

    def run(act):
        try:
            barrier.wait()
            done.append(act())
        except refusals:
            pass
        except Exception as error:  # noqa: BLE001 - a thread has nobody to tell; the assertion below does
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    return done
