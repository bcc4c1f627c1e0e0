"""Which controller of a state folder serves: one does; the next has loaded everything, and waits.

Who serves holds a lock (flock(2)) to its end. The kernel gives it on when the process is gone,
however it went: in order, killed, out of memory. Nobody has to notice anything or give an order, so
that it is the same under ``vaxel up`` and where two containers share the folder. Who waits holds a
second lock, by which anybody can tell that somebody does; further ones stand behind it.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from ivr.platform.paths import Layout
from ivr.platform.preflight import writing

logger = logging.getLogger(__name__)


@contextlib.contextmanager
def sole_controller(layout: Layout) -> Iterator[None]:
    """Wait until no other controller serves, and be the one that does within the block.

    Waiting holds up the whole process, which shall do nothing; a signal ends it as ever.

    Raises:
        StateNotWritable: The locks cannot be made.
    """
    with writing(layout):
        layout.run.mkdir(parents=True, exist_ok=True)
        next_in_turn = _place(layout).open("a")
        serving = (layout.run / "controller.lock").open("a")
    with serving:
        with next_in_turn:
            fcntl.flock(next_in_turn, fcntl.LOCK_EX)
            _lock(serving)
        yield


def _lock(serving: IO[str]) -> None:
    try:
        fcntl.flock(serving, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        logger.info("Another controller serves; this one waits to take its place")
        fcntl.flock(serving, fcntl.LOCK_EX)
        logger.info("The other controller is gone; this one takes its place")


def spare_waits(layout: Layout) -> bool:
    """Whether a controller waits, everything loaded, to take the place of the one that serves."""
    try:
        with _place(layout).open("rb") as place:
            fcntl.flock(place, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # none has ever been here, or the folder is another user's
        return False
    return False


def _place(layout: Layout) -> Path:
    return layout.run / "spare.lock"
