"""Which controller of a state folder serves: one does; the next has loaded everything, and waits.

Who serves holds a lock (flock(2)). The kernel gives it on when the process is gone, however it
went: killed, out of memory. Who is told to stop gives it up at once, before it has ended its calls.
Nobody has to notice anything or give an order, so that it is the same under ``vaxel up`` and where
two containers share the folder. Who waits holds a second lock, by which anybody can tell that
somebody does; further ones stand behind it. Those that end their calls hold a third one together.

In the first lock's file stands who serves, as soon as calls are taken: who has given the place up
learns from it that the next one has it.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import logging
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Self

from ivr.platform.errors import StateNotWritable
from ivr.platform.paths import Layout
from ivr.platform.preflight import writing

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Holder:
    """Who serves.

    Attributes:
        pid: The process, as it knows itself: a container's is its own.
        name: The controller's, which no other has ever had.
    """

    pid: int
    name: str

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """Who says in a file that they serve; ``None`` where nobody has said so yet."""
        try:
            held = json.loads(path.read_text(encoding="utf-8"))
            return cls(int(held["pid"]), str(held["name"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None


class Place:
    """That of the one who serves, in the hands of a process that has it, or had it."""

    def __init__(self, layout: Layout, lock: IO[str]) -> None:
        """Only :func:`sole_controller` makes one."""
        self._layout = layout
        self._lock = lock
        self._draining: IO[str] | None = None

    def serves(self, name: str) -> None:
        """Say that calls are taken by this process from now on.

        Args:
            name: The controller's, which no other has ever had.
        """
        with self._noting():
            os.write(self._lock.fileno(), json.dumps(asdict(_Holder(os.getpid(), name))).encode())

    def give_up(self) -> None:
        """Let the next one serve, while this process still has calls; say both."""
        with self._noting():
            self._draining = _draining(self._layout).open("a")
            fcntl.flock(self._draining, fcntl.LOCK_SH)
            self._lock.truncate(0)
        fcntl.flock(self._lock, fcntl.LOCK_UN)

    @contextlib.contextmanager
    def _noting(self) -> Iterator[None]:
        """Calls do not depend on what is noted here: a full disk is told, and no more."""
        try:
            with writing(self._layout):
                yield
        except StateNotWritable as fault:
            logger.warning("It cannot be noted who serves", extra={"fault": str(fault)})

    def successor(self) -> str:
        """The name of who serves in the place that was given up; ``""`` while nobody does."""
        held = _Holder.read(_serving(self._layout))
        return held.name if held else ""

    def close(self) -> None:
        """Neither serve nor end calls any more."""
        if self._draining is not None:
            self._draining.close()


@contextlib.contextmanager
def sole_controller(layout: Layout) -> Iterator[Place]:
    """Wait until no other controller serves, and be the one that does within the block.

    Waiting holds up the whole process, which shall do nothing; a signal ends it as ever.

    Yields:
        The place, which may be given up before the block's end.

    Raises:
        StateNotWritable: The locks cannot be made.
    """
    with writing(layout):
        layout.run.mkdir(parents=True, exist_ok=True)
        next_in_turn = _next(layout).open("a")
        serving = _serving(layout).open("a")
    with serving:
        with next_in_turn:
            fcntl.flock(next_in_turn, fcntl.LOCK_EX)
            _lock(serving)
            with writing(layout):
                serving.truncate(0)  # of one who was killed
        place = Place(layout, serving)
        try:
            yield place
        finally:
            place.close()


def _lock(serving: IO[str]) -> None:
    try:
        fcntl.flock(serving, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        logger.info("Another controller serves; this one waits to take its place")
        fcntl.flock(serving, fcntl.LOCK_EX)
        logger.info("The other controller serves no more; this one takes its place")


def serving(layout: Layout) -> int | None:
    """The process that has said last that it serves; ``None``: it has given that up, or never did.

    One of another container has the id that it has there.
    """
    held = _Holder.read(_serving(layout))
    return held.pid if held else None


def spare_waits(layout: Layout) -> bool:
    """Whether a controller waits, everything loaded, to take the place of the one that serves."""
    return _is_held(_next(layout), fcntl.LOCK_SH)


def drains(layout: Layout) -> bool:
    """Whether a controller that has given up its place still has calls to end."""
    return _is_held(_draining(layout), fcntl.LOCK_EX)


def _is_held(path: Path, against: int) -> bool:
    """Whether somebody has a lock that keeps one of this kind from us."""
    try:
        with path.open("rb") as lock:
            fcntl.flock(lock, against | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # none has ever been here, or the folder is another user's
        return False
    return False


def _next(layout: Layout) -> Path:
    return layout.run / "spare.lock"


def _serving(layout: Layout) -> Path:
    return layout.run / "controller.lock"


def _draining(layout: Layout) -> Path:
    return layout.run / "draining.lock"
