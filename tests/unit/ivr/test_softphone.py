"""The telephone on whichever of this machine's addresses Asterisk serves phones."""

from __future__ import annotations

import asyncio
import socket

import pytest

from ivr.settings import AsteriskSettings
from ivr.softphone import CallNotAnswered, Softphones

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("listens_on", "reached_at"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("0.0.0.0", "127.0.0.1"),  # noqa: S104 - nothing is bound
        ("192.0.2.10", "192.0.2.10"),
    ],
)
def test_a_phone_here_reaches_asterisk_wherever_it_listens(
    listens_on: str, reached_at: str
) -> None:
    assert AsteriskSettings(sip_host=listens_on).sip_address == reached_at


@pytest.mark.parametrize("address", ["127.0.0.1", None])
async def test_a_call_is_sent_on_any_address_of_this_machine(address: str | None) -> None:
    address = address or outer_address()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((address, 0))
        server.setblocking(False)
        async with Softphones(address=address) as phones:
            where = f"{address}:{server.getsockname()[1]}"
            phone = await phones.phone("caller", "secret", where, register=False)
            line = await phone.dial("100")
            packet = await asyncio.get_running_loop().sock_recv(server, 2000)
            await line.hang_up()

    assert packet.startswith(b"INVITE sip:100@")


async def test_a_call_is_sent_on_no_other_address() -> None:
    async with Softphones(address="198.51.100.1") as phones:
        phone = await phones.phone("caller", "secret", "127.0.0.1:5060", register=False)
        with pytest.raises(CallNotAnswered, match="could not be sent"):
            await phone.dial("100")


def outer_address() -> str:
    """The address by which this machine speaks to others, loopback's where it speaks to none.

    Nothing is sent to find it out.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])
