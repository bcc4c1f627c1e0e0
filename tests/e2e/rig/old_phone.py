"""A telephone of an older kind, by hand: its keys are tones in its speech, its silence is nothing.

It offers no RFC 4733 events, and sends no packet while its user is silent. The other telephones of
the tests do neither. It can only call, and hears nothing.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, Self, cast

import numpy as np

from ivr.softphone import RATE_HZ
from media.speech.pcm import DECODERS
from media.tones import tone

_ROWS, _COLUMNS = (697, 770, 852, 941), (1209, 1336, 1477)
_KEYS: Final = ("123", "456", "789", "*0#")

_LOUD: Final = np.frombuffer(DECODERS["ulaw"](bytes(range(256))), "<i2").astype(np.int32)
_ORDER: Final = np.argsort(_LOUD, kind="stable")

_PACKET: Final = RATE_HZ // 50  # samples: 20 ms
_ANSWER_S: Final = 10


def key_tones(key: str, seconds: float) -> bytes:
    """What a key sounds like (ITU-T Q.23)."""
    (row,) = (n for n, keys in enumerate(_KEYS) if key in keys)
    both = (_ROWS[row], _COLUMNS[_KEYS[row].index(key)])
    low, high = (np.frombuffer(tone(hz, seconds, level_dbfs=-19), np.int16) for hz in both)
    return np.add(low, high, dtype=np.int16).tobytes()


class OldPhone(asyncio.DatagramProtocol):
    """One call of it; :func:`old_phone` makes it."""

    def __init__(self, account: str, password: str, server: str) -> None:
        self._account = account
        self._password = password
        self._server = server
        self._answers: asyncio.Queue[str] = asyncio.Queue()
        self._sent = 0
        self._to = ""
        self._sip: asyncio.DatagramTransport
        self._rtp: asyncio.DatagramTransport

    async def call(self, number: str, caller: str) -> None:
        """Call and wait for the answer.

        Raises:
            TimeoutError: It was not answered.
        """
        self._uri = f"sip:{number}@{self._server}"
        self._from = f"<sip:{caller}@{self._server}>;tag=old"
        self._to = f"<{self._uri}>"
        self._send("INVITE", 1, body=self._sdp())
        refused = await self._answer(401)
        self._to = _header(refused, "To")
        self._send("ACK", 1)
        self._to = f"<{self._uri}>"
        proof = self._proof(refused)
        self._send("INVITE", 2, proof, body=self._sdp())
        up = await self._answer(200)
        self._to = _header(up, "To")
        self._send("ACK", 2)
        port = int(cast(re.Match[str], re.search(r"m=audio (\d+)", up))[1])
        self._media = (self._server.partition(":")[0], port)

    async def say(self, pcm: bytes) -> None:
        """Say something, in real time."""
        loop = asyncio.get_running_loop()
        samples = np.frombuffer(pcm, "<i2").astype(np.int32)
        begun = loop.time()
        for at in range(0, len(samples), _PACKET):
            near = np.searchsorted(_LOUD[_ORDER], samples[at : at + _PACKET])
            sound = _ORDER[np.minimum(near, 255)].astype(np.uint8).tobytes()
            self._sent += 1
            head = struct.pack("!BBHII", 0x80, 0, self._sent, round(loop.time() * RATE_HZ), 7)
            self._rtp.sendto(head + sound, self._media)
            await asyncio.sleep(max(0.0, begun + (at + _PACKET) / RATE_HZ - loop.time()))

    async def press(self, keys: str) -> None:
        """Press keys, a fifth of a second each."""
        for key in keys:
            await self.say(key_tones(key, 0.2))
            await self.say(bytes(2 * RATE_HZ // 10))

    async def hang_up(self) -> None:
        """End the call."""
        self._send("BYE", 3)
        await self._answer(200)

    async def open(self) -> Self:
        """Take the ports."""
        loop, here = asyncio.get_running_loop(), ("127.0.0.1", 0)
        self._sip, _ = await loop.create_datagram_endpoint(lambda: self, here)
        self._rtp, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, here)
        return self

    def close(self) -> None:
        """Give the ports back."""
        self._sip.close()
        self._rtp.close()

    def datagram_received(self, data: bytes, _address: object) -> None:
        """Keep an answer; everything that is asked of it, it does."""
        text = data.decode()
        if text.startswith("SIP/2.0"):
            self._answers.put_nowait(text)

    async def _answer(self, code: int) -> str:
        async with asyncio.timeout(_ANSWER_S):
            while not (text := await self._answers.get()).startswith(f"SIP/2.0 {code}"):
                pass
            return text

    def _send(self, method: str, number: int, *headers: str, body: str = "") -> None:
        port = self._sip.get_extra_info("sockname")[1]
        lines = [
            f"{method} {self._uri} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK-{port}-{number}-{method};rport",
            "Max-Forwards: 70",
            f"From: {self._from}",
            f"To: {self._to}",
            f"Call-ID: old-{port}",
            f"CSeq: {number} {method}",
            f"Contact: <sip:{self._account}@127.0.0.1:{port}>",
            *headers,
            *(("Content-Type: application/sdp",) if body else ()),
            f"Content-Length: {len(body)}",
            "",
            body,
        ]
        host, _, sip_port = self._server.partition(":")
        self._sip.sendto("\r\n".join(lines).encode(), (host, int(sip_port)))

    def _sdp(self) -> str:
        port = self._rtp.get_extra_info("sockname")[1]
        return (
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            f"m=audio {port} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
        )

    def _proof(self, refused: str) -> str:
        asked = dict(re.findall(r'(\w+)="([^"]*)"', _header(refused, "WWW-Authenticate")))
        realm, nonce = asked["realm"], asked["nonce"]
        who = _md5(f"{self._account}:{realm}:{self._password}")
        response = _md5(f"{who}:{nonce}:00000001:old:auth:{_md5(f'INVITE:{self._uri}')}")
        return (
            f'Authorization: Digest username="{self._account}", realm="{realm}", nonce="{nonce}",'
            f' uri="{self._uri}", response="{response}", algorithm=MD5, qop=auth, nc=00000001,'
            f' cnonce="old", opaque="{asked.get("opaque", "")}"'
        )


@asynccontextmanager
async def old_phone(account: str, password: str, server: str) -> AsyncIterator[OldPhone]:
    """A telephone that registers nowhere."""
    phone = await OldPhone(account, password, server).open()
    try:
        yield phone
    finally:
        phone.close()


def _header(message: str, name: str) -> str:
    return cast(re.Match[str], re.search(rf"^{name}: *(.*?)\r$", message, re.MULTILINE))[1]


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
