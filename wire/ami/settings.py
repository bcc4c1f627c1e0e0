"""What the AMI client is told: where Asterisk is, its limits, and its clock."""

from __future__ import annotations

import asyncio
import random as chance
import time as clock
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class AmiAccount:
    """Where the Manager listens and who we are there. The secret never shows in a repr."""

    host: str
    port: int
    username: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AmiLimits:
    """Bounds of the link; times in seconds.

    Attributes:
        connect: For TCP connection and login together.
        action: For the answer to an action, unless the call says otherwise.
        resync: For all ``on_connect`` hooks together.
        drain: How long handlers of an ended connection may go on before the state is read anew.
        ping_every: Between two pings.
        ping_answer: For the answer to a ping; without it or any other byte the peer is dead.
        held: Events held for handlers before reading stops; it goes on below half. Asterisk then
            keeps what it cannot send for the user's ``writetimeout`` (manager.conf, 100 ms unless
            set) and ends the connection after it: set it above the longest stall to bridge.
        first_wait: The first wait before a new attempt.
        longest_wait: The longest wait before a new attempt.
    """

    connect: float = 5.0
    action: float = 5.0
    resync: float = 30.0
    drain: float = 10.0
    ping_every: float = 10.0
    ping_answer: float = 5.0
    held: int = 4096
    first_wait: float = 0.5
    longest_wait: float = 30.0


@dataclass(frozen=True, slots=True)
class AmiClock:
    """Time and chance, for a test to put its own in.

    Attributes:
        time: Epoch seconds.
        monotonic: Seconds that never go back.
        sleep: Wait for seconds.
        random: Uniform in [0, 1).
    """

    time: Callable[[], float] = clock.time
    monotonic: Callable[[], float] = clock.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    random: Callable[[], float] = chance.random
