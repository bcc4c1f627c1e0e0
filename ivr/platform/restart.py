"""``vaxel restart``: other controllers, with the code and settings of now, and no gap between.

What waits to take the place was loaded when it was started, perhaps long ago. So that one is ended
first, and the supervisor starts another; when it has loaded everything, the one that serves is told
to stop, and ends its calls while the new one takes all others (:mod:`ivr.succession`). A new one
that cannot be loaded changes nothing: who serves goes on.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable
from typing import Final

from ivr.platform.errors import NotHealthy, NotRunning
from ivr.platform.ownership import Tell
from ivr.platform.parts import CONTROLLER, SPARE, SUPERVISOR
from ivr.platform.paths import Layout
from ivr.platform.processes import ProcessRecord
from ivr.platform.succession import serving, spare_waits

LOAD_SECONDS: Final = 90.0
"""So long a new controller may take to be started and to load everything."""

PLACE_SECONDS: Final = 60.0
"""And so long to take calls when its turn has come."""

_LOOK_SECONDS: Final = 0.1


async def restart(
    layout: Layout,
    tell: Tell,
    *,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Have a new controller take the place of the one that serves.

    Args:
        layout: Of a platform that ``vaxel up`` runs.
        tell: Told each step in a few words.
        sleep: Waits seconds.
        clock: Seconds that only go forward.

    Raises:
        NotRunning: No supervisor is there to start controllers, or no controller serves.
        NotHealthy: The new one did not get ready, and nothing has changed; or it did not take the
            place.
    """

    async def until(check: Callable[[], bool], seconds: float, otherwise: str) -> None:
        limit = clock() + seconds
        while not check():
            if clock() >= limit:
                raise NotHealthy(f"{otherwise} See {layout.part_log(CONTROLLER)}.")
            await sleep(_LOOK_SECONDS)

    supervisor, serves = _running(layout, SUPERVISOR), _running(layout, CONTROLLER)
    if supervisor is None or serves is None:
        raise NotRunning(
            "No controller of a `vaxel up` runs here. In containers `docker compose --file "
            "docker/compose.yaml up --detach --force-recreate controller` does the same."
        )
    before = _running(layout, SPARE)
    if before is not None:
        before.stop(signal.SIGTERM, LOAD_SECONDS)

    def loaded() -> bool:
        return _running(layout, SPARE) not in (None, before) and spare_waits(layout)

    tell("A new controller loads the code, the settings and the call trees of now")
    await until(loaded, LOAD_SECONDS, "The new controller does not get ready; nothing has changed.")
    new = _running(layout, SPARE)
    assert new is not None  # noqa: S101 - for the type checker: it waits
    tell("It takes the place; the one before ends its calls")
    serves.send(signal.SIGTERM)
    await until(
        lambda: serving(layout) == new.pid, PLACE_SECONDS, "The new controller takes no calls."
    )


def _running(layout: Layout, name: str) -> ProcessRecord | None:
    record = ProcessRecord.read(layout.record(name))
    return record if record is not None and record.alive() else None
