"""Who is joined with whom while an agent asks somebody, as the channels of Asterisk tell.

Asterisk has the caller with the first agent in one bridge, and the first agent with whoever is
asked in another; or all three in the caller's; or the caller there with the second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from wire.ami.frames import Frame


@dataclass(frozen=True, slots=True)
class Joined:
    """How a consultation stands.

    Attributes:
        caller_lives: Whether the caller is there.
        first_lives: Whether the first agent is.
        second: The channel of whoever is asked, ``""`` while nobody has picked up.
        caller_speaks: Whether the caller is joined with anybody.
        all_three: Whether they talk together.
    """

    caller_lives: bool
    first_lives: bool
    second: str
    caller_speaks: bool
    all_three: bool

    @classmethod
    def of(cls, channels: Sequence[Frame], contact: str, first: str) -> Self:
        """Look.

        Args:
            channels: The entries of ``CoreShowChannels``.
            contact: The Uniqueid of the caller's channel.
            first: The first agent's channel.
        """
        caller = next((c.get("Channel") for c in channels if c.get("Uniqueid") == contact), "")
        bridge_of = {c.get("Channel"): c.get("BridgeId") for c in channels}

        def beside(channel: str) -> set[str]:
            bridge = bridge_of.get(channel)
            return {one for one, its in bridge_of.items() if bridge and its == bridge} - {channel}

        with_caller = beside(caller)
        # the Local channel between is gone half a second after the answer
        seconds = {one for one in beside(first) | with_caller if not one.startswith("Local/")}
        second = min(seconds - {first, caller}, default="")
        return cls(
            caller_lives=bool(caller),
            first_lives=first in bridge_of,
            second=second,
            caller_speaks=bool(with_caller),
            all_three={first, second} <= with_caller,
        )
