"""The recorder's service: takes finished legs from ``incoming`` and stores them.

It never touches a live call. The controller says what is coming (:meth:`Recorder.expect`) and
what is over (:meth:`Recorder.finish`); a sweep every few seconds finds what nobody spoke of,
because a controller was killed. Several recorders may work on one folder: a lock on the sidecar
makes each recording one recorder's.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from recorder.announcing import EventLog
from recorder.disk import locked
from recorder.errors import (
    FolderUnusable,
    KeysUnusable,
    LegMissing,
    RecorderError,
    SidecarMissing,
    WorkerLost,
)
from recorder.failing import Failures
from recorder.finishing import Finisher
from recorder.keys import ensure_keys
from recorder.layout import Layout
from recorder.legs import Verdict, held_open, is_quiet, judge
from recorder.sidecar import Sidecar
from store.database import Database
from store.following import OUTAGES
from store.models import RecordingKind

log = logging.getLogger(__name__)

_SWEEP_SECONDS = 5.0
_LOOK_SECONDS = 0.5  # Asterisk closes a leg within moments; what ends meanwhile is done together
LOOKS = 20  # then the sweep has it
_TOGETHER = 20  # so many recordings share the cost of each step


def _epoch_ms() -> int:
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class _Work:
    base: str
    sidecar: Sidecar | None
    task: Verdict | RecorderError


class Recorder:
    """The recordings of all organisations of an installation."""

    def __init__(
        self,
        folder: Path,
        keys: Path,
        database: Database,
        streams: Mapping[str, EventLog],
        *,
        clock_ms: Callable[[], int] = _epoch_ms,
    ) -> None:
        """Make a recorder; :meth:`run` starts it.

        Args:
            folder: The recordings folder; made if it is missing.
            keys: The file with the master keys; made at the first start. While it cannot be read,
                recordings wait in ``incoming``.
            database: For the rows.
            streams: The event stream of each organisation.
            clock_ms: Epoch milliseconds.

        Raises:
            FolderUnusable: The folder cannot be made.
        """
        self._layout = Layout(folder)
        self._layout.prepare()
        try:
            ensure_keys(keys, used=self._layout.has_finished())
        except KeysUnusable as error:  # calls go on, and their legs wait
            log.error("recordings cannot be sealed", extra={"reason": str(error)})
        self._failures = Failures(self._layout, streams, clock_ms)
        self._finisher = Finisher(
            self._layout, keys, database, streams, failures=self._failures, clock_ms=clock_ms
        )
        self._clock_ms = clock_ms
        self._told: dict[str, int] = {}  # base -> looks left
        self._wake = asyncio.Event()
        self._settled = asyncio.Event()
        self._settled.set()
        self._found: set[str] = set()
        self._troubled: set[str] = set()

    @property
    def backlog(self) -> int:
        """Recordings that are over, as far as we know, and not stored yet."""
        return len(self._found | self._told.keys())

    async def expect(self, sidecar: Sidecar) -> Path:
        """Announce a recording before Asterisk is asked for it.

        Returns:
            The base path: the legs are ``<base>-caller.wav`` and ``<base>-agent.wav``.

        Raises:
            OSError: The folder cannot be written; say so with :meth:`unrecorded`.
        """
        await asyncio.to_thread(sidecar.write, self._layout.incoming)
        return self._layout.incoming / sidecar.base

    async def unrecorded(self, sidecar: Sidecar, fault: OSError) -> None:
        """Say that a conversation takes place and no recording of it can be made."""
        complaint = fault.strerror or str(fault)
        await self._failures.tell(sidecar, FolderUnusable(self._layout.incoming, complaint))

    def finish(self, base: str) -> None:
        """Say that a conversation or message is over: it is stored as soon as its legs are closed.

        Args:
            base: :attr:`Sidecar.base`.
        """
        self._told[base] = LOOKS
        self._settled.clear()
        self._wake.set()

    async def settled(self, limit_s: float) -> None:
        """Wait until all that is over, as we were told, is stored or left to a sweep.

        Args:
            limit_s: No longer than so many seconds; what takes longer, any recorder's sweep does.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                await self._settled.wait()

    async def drop(self, sidecar: Sidecar) -> None:
        """Say that an offer was not answered, or that a message is empty.

        The audio of a conversation is kept and finished even so.

        Raises:
            OSError: The folder cannot be written.
        """
        await asyncio.to_thread(self._drop, sidecar)

    async def discard(self, sidecar: Sidecar) -> None:
        """Say that a recording was silent from beginning to end: nothing of it is kept.

        Raises:
            OSError: The folder cannot be written.
        """
        await asyncio.to_thread(self._discard, sidecar)

    def _discard(self, sidecar: Sidecar) -> None:
        for leg in sidecar.legs(self._layout.incoming):
            leg.unlink(missing_ok=True)
        (self._layout.incoming / f"{sidecar.base}.json").unlink(missing_ok=True)

    def _drop(self, sidecar: Sidecar) -> None:
        legs = [leg for leg in sidecar.legs(self._layout.incoming) if leg.exists()]
        if legs and sidecar.kind is RecordingKind.CONVERSATION:
            return
        for leg in legs:
            leg.unlink()
        (self._layout.incoming / f"{sidecar.base}.json").unlink(missing_ok=True)

    async def run(self) -> None:
        """Work until cancelled."""
        next_sweep = 0.0
        while True:
            if time.monotonic() >= next_sweep:
                await self.sweep()
                next_sweep = time.monotonic() + _SWEEP_SECONDS
            else:
                await self.look()
            self._wake.clear()
            if not self._told:
                self._settled.set()
                with suppress(TimeoutError):
                    async with asyncio.timeout(max(0.0, next_sweep - time.monotonic())):
                        await self._wake.wait()
            if self._told:
                await asyncio.sleep(_LOOK_SECONDS)

    async def look(self) -> None:
        """Store what is over, as far as its legs are closed by now."""
        told = list(self._told)
        if told:
            await self._work(told)
        for base in told:
            left = self._told.get(base, 0) - 1
            if left > 0:
                self._told[base] = left
            else:
                self._told.pop(base, None)

    async def sweep(self) -> None:
        """Look at everything in ``incoming``, also at what nobody spoke of."""
        await self._work(None)

    async def _work(self, bases: list[str] | None) -> None:
        try:
            found = await asyncio.to_thread(self._survey, bases, dict(self._told))
        except OSError as fault:
            self._trouble("", fault)
            return
        self._troubled.discard("")
        bases_found = {work.base for work in found}
        self._found = bases_found if bases is None else self._found | bases_found
        for start in range(0, len(found), _TOGETHER):
            await self._try(found[start : start + _TOGETHER])

    async def _try(self, works: Sequence[_Work]) -> None:
        """Do works together, and one by one where that fails: an odd one holds up no other."""
        try:
            await self._do(works)
        except (*OUTAGES, KeysUnusable) as fault:
            for work in works:
                self._trouble(work.base, fault)
        except Exception as fault:  # one odd recording must not stop all; the trace says why
            if len(works) > 1:
                for work in works:
                    await self._try([work])
            elif isinstance(fault, OSError | WorkerLost):
                self._trouble(works[0].base, fault)
            elif works[0].base not in self._troubled:
                self._troubled.add(works[0].base)
                log.exception("recording cannot be stored", extra={"recording": works[0].base})
        else:
            for work in works:
                self._told.pop(work.base, None)
                self._found.discard(work.base)
                self._troubled.discard(work.base)

    def _trouble(self, base: str, fault: Exception) -> None:
        if base not in self._troubled:
            self._troubled.add(base)
            log.warning(
                "recording waits, it is tried again",
                extra={"recording": base, "fault": str(fault)},
            )

    async def _do(self, works: Sequence[_Work]) -> None:
        finisher = self._finisher
        with ExitStack() as claims:
            mine = [work for work in works if claims.enter_context(self._claimed(work))]
            rows = await finisher.stored([work.base for work in mine])
            whole: list[Sidecar] = []
            for work in mine:
                sidecar = work.sidecar
                if sidecar is not None and (work.task is Verdict.FINISH or work.base in rows):
                    whole.append(sidecar)
                elif isinstance(work.task, RecorderError):
                    await self._failures.fail(work.base, sidecar, work.task)
                elif sidecar is not None:
                    await self._failures.drop(sidecar)
            faults = await finisher.finish(whole, rows)
            for sidecar in whole:
                if (error := faults.get(sidecar.base)) is not None:
                    await self._failures.fail(sidecar.base, sidecar, error)

    @contextmanager
    def _claimed(self, work: _Work) -> Iterator[bool]:
        """Whether the recording is ours alone until the end of the block."""
        path = self._layout.incoming / f"{work.base}.json"
        if isinstance(work.task, SidecarMissing):
            yield not path.exists()
            return
        with ExitStack() as claim:
            try:
                ours = claim.enter_context(locked(path, wait=False))  # else another one is at it
            except FileNotFoundError:
                ours = False  # another recorder has finished it
            yield ours and path.exists()

    def _survey(self, bases: list[str] | None, told: Mapping[str, int]) -> list[_Work]:
        """What there is to do. Runs in a thread."""
        incoming = self._layout.incoming
        names = {path.name for path in incoming.iterdir() if not path.name.startswith(".")}
        chosen = bases or sorted(n.removesuffix(".json") for n in names if n.endswith(".json"))
        held = cache(partial(held_open, incoming))
        now_ms = self._clock_ms()
        works = list(self._judged(chosen, held, now_ms, told))
        if bases is None:
            works += self._unclaimed(names, held, now_ms)
        return works

    def _judged(
        self,
        bases: Iterable[str],
        held: Callable[[], Set[str]],
        now_ms: int,
        told: Mapping[str, int],
    ) -> Iterator[_Work]:
        incoming = self._layout.incoming
        for base in bases:
            sidecar = None
            try:
                sidecar = Sidecar.read(incoming / f"{base}.json")
                verdict = judge(sidecar, incoming, held=held, now_ms=now_ms, told=base in told)
                if verdict is not Verdict.WAIT:
                    yield _Work(base, sidecar, verdict)
                elif told.get(base) == 1:  # the last look at a conversation that was had
                    self._require_a_leg(sidecar)
            except FileNotFoundError:
                continue  # finished by another recorder while we looked
            except RecorderError as error:
                yield _Work(base, sidecar, error)

    def _require_a_leg(self, sidecar: Sidecar) -> None:
        """A conversation over before Asterisk began to record it must not pass in silence."""
        legs = sidecar.legs(self._layout.incoming)
        if not any(leg.exists() for leg in legs):
            raise LegMissing(legs[0])

    def _unclaimed(
        self, names: set[str], held: Callable[[], Set[str]], now_ms: int
    ) -> Iterator[_Work]:
        """Legs without a sidecar: nothing of ours makes them, but audio is never left unseen."""
        audio = {name for name in names if name.endswith(("-caller.wav", "-agent.wav"))}
        for base in sorted({name.rpartition("-")[0] for name in audio}):
            legs = {f"{base}-caller.wav", f"{base}-agent.wav"} & audio
            paths = [self._layout.incoming / name for name in legs]
            if f"{base}.json" not in names and is_quiet(paths, now_ms) and not legs & held():
                yield _Work(base, None, SidecarMissing(base))
