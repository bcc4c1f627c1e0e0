"""The web hosts that an organisation's trees may ask, and the addresses that these may have.

A call tree is written by many hands and asks from inside the network: so it reaches only hosts
that the organisation lists, and an address that is not public (loopback, a private network, a
cloud's metadata service) only where the list names it or its network too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, Final, Self, TypeAlias

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from ivr.flow.faults import fault

PORTS: Final = {"http": 80, "https": 443}

_HOST: Final = re.compile(
    r"(?P<host>\[[0-9a-f:.]{2,45}\]|[a-z0-9](?:[a-z0-9.-]{0,252}[a-z0-9])?)(?::(?P<port>[0-9]{1,5}))?"
)
_MOST_PORT: Final = 65_535
_NAT64: Final = IPv6Network("64:ff9b::/96")

Address: TypeAlias = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Host:
    """One entry of the list. As a field of a model it is written as text.

    Attributes:
        source: As the admin wrote it: a host, a host and its port, an address, or a network
            (``10.20.0.0/16``) in which listed hosts may lie.
        host: Its name or address in lower case, ``""`` for a network.
        port: ``None`` for that of the scheme.
    """

    source: str
    host: str
    port: int | None = None

    @classmethod
    def parse(cls, source: str) -> Self:
        """Read it.

        Raises:
            PydanticCustomError: It is none of these.
        """
        text = source.strip().lower()
        if "/" in text:
            try:
                ip_network(text)
            except ValueError:
                pass
            else:
                return cls(text, "")
        elif (found := split_host(text)) is not None:
            return cls(text, *found)
        raise fault(
            "bad_host",
            f"“{source}” is neither a host nor a network",
            advice="write a host without https://, as api.example.se or api.example.se:8443",
        )

    def holds(self, address: Address) -> bool:
        """Whether the entry names this address, or a network that it lies in."""
        try:
            return address in ip_network(self.source if not self.host else self.host.strip("[]"))
        except (ValueError, TypeError):
            return False  # a name

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(cls.parse, core_schema.str_schema())


def split_host(text: str) -> tuple[str, int | None] | None:
    """Host and port of ``host``, ``host:port`` or ``[address]:port``; ``None``: it is no such."""
    match = _HOST.fullmatch(text.lower())
    if match is None:
        return None
    port = match["port"]
    if port is not None and not 1 <= int(port) <= _MOST_PORT:
        return None
    return match["host"], None if port is None else int(port)


def listed(hosts: Iterable[Host], scheme: str, host: str, port: int | None) -> bool:
    """Whether the list names a host at a port."""
    usual = PORTS.get(scheme)
    if usual is None:
        return False
    return any(
        entry.host == host.lower() and (entry.port or usual) == (port or usual) for entry in hosts
    )


def reachable(hosts: Iterable[Host], address: str) -> bool:
    """Whether a host may have this address: a public one, or one that the list names."""
    try:
        found: Address = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    meant = _meant(found)
    public = meant.is_global and not meant.is_multicast and not meant.is_reserved
    return public or any(entry.holds(found) or entry.holds(meant) for entry in hosts)


def _meant(address: Address) -> Address:
    """The address behind one that only wraps another."""
    if isinstance(address, IPv6Address):
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFF_FFFF)
        return address.ipv4_mapped or address.sixtofour or address
    return address
