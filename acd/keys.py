"""The names of everything that the ACD keeps in Redis for one organisation."""

from __future__ import annotations

from dataclasses import dataclass, field

from acd.names import check_name
from store.stream import stream_key

_PARTS = (
    "contacts",
    "agents",
    "waiting",
    "heads",
    "arrivals",
    "ready",
    "members",
    "states",
    "owned",
    "due",
    "adrift",
    "phones",
    "offers",
    "pins",
    "callbacks",
    "numbers",
    "lines",
    "holders",
    "pace",
    "devices",
    "strategies",
)


CALLBACK = "callback|"
"""Stands before the contact in a message about one whom the controller has to call."""


def offer_channel(controller: str) -> str:
    """The pub/sub channel that tells a controller of offers to its contacts."""
    return f"vaxel:offers:{controller}"


@dataclass(frozen=True, slots=True)
class Keys:
    """An organisation's keys, a fixed handful however many queues, agents and contacts it has.

    All carry the hash tag ``{org}``, thus lie in one slot of a Redis Cluster, and all are passed
    to each script. ``acd/scripts/shared/keys.lua`` says what each holds.

    Attributes:
        org: The organisation's name.
        all: The keys in the order in which that file takes them.
    """

    org: str
    all: tuple[str, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        check_name("Organisation", self.org)
        names = (stream_key(self.org), *(f"vaxel:{{{self.org}}}:{part}" for part in _PARTS))
        object.__setattr__(self, "all", names)
