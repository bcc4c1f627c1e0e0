"""Whose the processes of a state folder are: one supervisor's, which has written them down.

A supervisor that was killed leaves nothing that the next one, or ``vaxel down``, does not recognise
and end.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator

from ivr.platform.errors import AlreadyRunning
from ivr.platform.parts import (
    CONTROLLER,
    DRAINING,
    STOP_ORDER,
    STOP_SIGNALS,
    SUPERVISOR,
    stop_seconds,
)
from ivr.platform.paths import Layout
from ivr.platform.preflight import writing
from ivr.platform.processes import ProcessRecord
from ivr.settings import Settings

Tell = Callable[[str], None]


@contextlib.contextmanager
def sole_supervisor(layout: Layout) -> Iterator[None]:
    """Be the one supervisor of a state folder; the lock ends with the process, however it ends.

    Raises:
        AlreadyRunning: Another one is.
        StateNotWritable: It cannot be noted.
    """
    with writing(layout):
        lock = (layout.run / "supervisor.lock").open("w")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyRunning(
                f"Växel already runs from {layout.state}; `make status` tells more, "
                "`make down` stops it."
            ) from error
        record = layout.record(SUPERVISOR)
        with writing(layout):
            ProcessRecord.of(os.getpid()).write(record)
        try:
            yield
        finally:
            record.unlink(missing_ok=True)


def draining_records(layout: Layout) -> list[str]:
    """The names under which controllers are noted that have given their place up."""
    return sorted(path.stem for path in layout.run.glob(f"{DRAINING}*.json"))


def stop_leftovers(layout: Layout, settings: Settings, tell: Tell) -> int:
    """End, in order, the children that a killed supervisor left behind.

    Returns:
        How many there were.
    """
    stopped = 0
    draining = dict.fromkeys(draining_records(layout), CONTROLLER)
    for name, part in (draining | {name: name for name in STOP_ORDER}).items():
        path = layout.record(name)
        record = ProcessRecord.read(path)
        if record is not None and record.alive():
            tell(f"Stopping {part}, left from before (process {record.pid})")
            record.stop(STOP_SIGNALS[part], stop_seconds(part, settings))
            stopped += 1
        path.unlink(missing_ok=True)
    return stopped
