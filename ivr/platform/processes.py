"""Which processes are ours, so that those are stopped and no others.

A process is known by its id *and* its start, in clock ticks of a boot: ids are given again, both
together are not, and ticks go on evenly while somebody sets the clock. The record outlives a
supervisor that was killed; whoever comes next finds its children by it.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import psutil

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_START_FIELD = 19
"""Of `/proc/PID/stat`, behind the program's name; see proc(5), starttime."""

_POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class ProcessRecord:
    """A process that was started for a state folder.

    Attributes:
        pid: Process id.
        start: The boot, and the clock ticks from it to the process's start.
        created: When it began its part, epoch seconds by the clock of that time: at its start, or
            when it took another's place.
        restarts: How often it was started again since its supervisor began.
    """

    pid: int
    start: str
    created: float
    restarts: int = 0

    @classmethod
    def of(cls, pid: int, restarts: int = 0) -> Self:
        """The record of a process that runs now.

        Raises:
            ProcessLookupError: It has ended.
        """
        try:
            return cls(pid, _start(pid), psutil.Process(pid).create_time(), restarts)
        except (FileNotFoundError, psutil.NoSuchProcess) as error:
            raise ProcessLookupError(pid) from error

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """The record in ``path``; ``None`` when there is none or it is damaged."""
        try:
            held = json.loads(path.read_text(encoding="utf-8"))
            return cls(
                int(held["pid"]), str(held["start"]), float(held["created"]), int(held["restarts"])
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, path: Path) -> None:
        """Put the record into ``path`` as a whole."""
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.write_text(json.dumps(asdict(self)), encoding="utf-8")
        draft.replace(path)

    def alive(self) -> bool:
        """Whether this very process still runs (one that only waits to be reaped does not)."""
        try:
            return (
                _start(self.pid) == self.start
                and psutil.Process(self.pid).status() != psutil.STATUS_ZOMBIE
            )
        except (FileNotFoundError, ProcessLookupError, psutil.NoSuchProcess):
            return False

    def send(self, number: signal.Signals) -> None:
        """Signal it if it still runs."""
        if self.alive():
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                return  # it ended between the question and the signal

    def stop(
        self,
        number: signal.Signals,
        seconds: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> bool:
        """Ask it to end, wait, and end it by force when it does not.

        Args:
            number: The signal to ask with.
            seconds: How long it may take; then it is killed.
            clock: Monotonic seconds.
            pause: Waits between two looks.

        Returns:
            Whether it ended by itself.
        """
        self.send(number)
        limit = clock() + seconds
        while self.alive():
            if clock() >= limit:
                self.send(signal.SIGKILL)
                while self.alive():
                    pause(_POLL_SECONDS)
                return False
            pause(_POLL_SECONDS)
        return True


def _start(pid: int) -> str:
    """What tells a process from all others that had or will have its id.

    Raises:
        FileNotFoundError, ProcessLookupError: It has ended.
    """
    told = Path(f"/proc/{pid}/stat").read_bytes()
    ticks = told.rpartition(b")")[2].split()[_START_FIELD].decode()
    return f"{_BOOT.read_text(encoding='ascii').strip()} {ticks}"
