"""One controller, from its start to its end.

Start: modules and call trees; then, when no other controller of the state folder serves any more
(:mod:`ivr.platform.succession`), settings, database, Redis, AMI, then FastAGI, so that the first
call finds everything. Until then it is a spare, which opens and writes nothing. What it has read is
read again if it is not what it was. Stop (SIGTERM): no new calls, which the next controller takes
(:mod:`ivr.succession`); running ones finish for a while, then the rest; a spare ends at once. A
call that is cut off goes on in Asterisk's dialplan; a conversation does not even notice.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
from collections.abc import Iterator
from typing import Final

import uvloop

from ivr.app import Controller
from ivr.flow.errors import FlowError
from ivr.foundation import laid_for
from ivr.live.survey import Survey, survey
from ivr.logs import configure_logs
from ivr.platform.errors import PlatformError
from ivr.platform.preflight import layout_of, load_settings
from ivr.platform.succession import Place, sole_controller
from ivr.settings import Settings
from media.errors import MediaError
from monitoring.errors import MonitoringError
from recorder.errors import RecorderError
from store.errors import StoreError
from wire.ami.errors import AmiError

logger = logging.getLogger(__name__)

FAULTS: Final = (
    AmiError,
    FlowError,
    MediaError,
    MonitoringError,
    PlatformError,
    RecorderError,
    StoreError,
    OSError,
)
"""What can keep the controller from starting; each says in a sentence what to do."""


async def serve(settings: Settings, read: Survey, place: Place) -> None:
    """Open what a controller stands on and run one until SIGTERM or SIGINT.

    Args:
        settings: Of the installation.
        read: Its call trees, as they were a while ago.
        place: To serve in, alone.

    Raises:
        One of :data:`FAULTS`.
    """
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with laid_for(settings, read) as foundation:
        controller = Controller(settings, foundation)
        # What is loaded by now stays to the end; whenever a full collection went through all of
        # it, every call would be held for a tenth of a second.
        gc.collect()
        gc.freeze()
        await controller.run(stop, place)


def run() -> int:
    """Serve until told to end: the exit code, 2 with one sentence when it cannot start."""
    configure_logs()
    leave_signals()
    code = 0
    try:
        settings = load_settings()
        read = survey(settings.trees)
        with sole_controller(layout_of(settings)) as place:
            uvloop.run(serve(load_settings(), read, place))
    except* FAULTS as faults:
        for fault in _leaves(faults):
            logger.error("The controller cannot go on", extra={"fault": str(fault)})
        code = 2
    return code


def leave_signals() -> None:
    """While it waits SIGINT ends it as any process; SIGHUP, for new call trees, is not for it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def _leaves(fault: BaseException) -> Iterator[BaseException]:
    if isinstance(fault, BaseExceptionGroup):
        for inner in fault.exceptions:
            yield from _leaves(inner)
    else:
        yield fault
