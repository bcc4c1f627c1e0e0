"""Recordings at rest: sealed by AES-256-GCM under a key that no other file has.

A sealed file is a head and chunks (the STREAM construction of Hoang, Reyhanitabar, Rogaway and
Vizár, 2015, as age and Tink use it)::

    head    "VAXEL-R1" | id of the master key, 8 | nonce, 12 | the file's key, wrapped, 32 + 16
    chunk   up to 64 KiB of sound, sealed, + 16

The master key wraps the file's own random key by AES-256-GCM and authenticates the head and the
recording's name with it: a file opens in no other recording's place. A chunk's nonce is its number
and whether it is the last, so a chunk that is changed, moved, repeated or missing is found, as is
a missing end. Sealing and opening hold two chunks in memory, however long the call.
"""

from __future__ import annotations

import hashlib
import secrets as entropy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from recorder.errors import FileTampered, MasterKeyWrong
from recorder.keys import ID_BYTES, KEY_BYTES, MasterKey, MasterKeys

CHUNK_BYTES: Final = 65_536
TAG_BYTES: Final = 16

_MAGIC: Final = b"VAXEL-R1"
_NONCE_BYTES: Final = 12
_WRAPPED_BYTES: Final = KEY_BYTES + TAG_BYTES
HEAD_BYTES: Final = len(_MAGIC) + ID_BYTES + _NONCE_BYTES + _WRAPPED_BYTES


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a sealed file is.

    Attributes:
        size: Bytes, the head too.
        sha256: 64 hexadecimal digits.
    """

    size: int
    sha256: str


class Sealer:
    """Seals one stream into one file. :meth:`close` must be the last call."""

    def __init__(self, out: IO[bytes], key: MasterKey, name: str) -> None:
        """Begin.

        Args:
            out: Where the sealed file goes.
            key: Wraps the file's own key.
            name: The recording's id.

        Raises:
            OSError: ``out`` cannot be written.
        """
        secret = entropy.token_bytes(KEY_BYTES)
        start = _MAGIC + bytes.fromhex(key.id)
        nonce = entropy.token_bytes(_NONCE_BYTES)
        wrapped = AESGCM(key.secret).encrypt(nonce, secret, start + name.encode())
        self._cipher = AESGCM(secret)
        self._out = out
        self._digest = hashlib.sha256()
        self._size = 0
        self._number = 0
        self._held = bytearray()
        self._put(start + nonce + wrapped)

    def write(self, piece: bytes) -> None:
        """Seal the next bytes, of any number.

        Raises:
            OSError: The file cannot be written.
        """
        self._held += piece
        while len(self._held) > CHUNK_BYTES:  # a full chunk may be the last: that is marked
            self._seal(bytes(self._held[:CHUNK_BYTES]), last=False)
            del self._held[:CHUNK_BYTES]

    def close(self) -> Sealed:
        """Seal the end; ``out`` stays open.

        Raises:
            OSError: The file cannot be written.
        """
        self._seal(bytes(self._held), last=True)
        return Sealed(self._size, self._digest.hexdigest())

    def _seal(self, chunk: bytes, *, last: bool) -> None:
        self._put(self._cipher.encrypt(_nonce(self._number, last=last), chunk, None))
        self._number += 1

    def _put(self, content: bytes) -> None:
        self._out.write(content)
        self._digest.update(content)
        self._size += len(content)


def unseal(file: IO[bytes], keys: MasterKeys, name: str) -> Iterator[bytes]:
    """Open a sealed file, chunk by chunk; each is authenticated before it is given out.

    Args:
        file: The sealed file, at its beginning.
        keys: The master keys.
        name: The recording's id.

    Yields:
        What was sealed.

    Raises:
        FileTampered: It is no sealed file, or changed, or cut: known at the latest at its end.
        MasterKeyUnknown: It was sealed under a key that is not here.
        MasterKeyWrong: The key of that name does not open it.
        OSError: It cannot be read.
    """
    cipher = _opened(file.read(HEAD_BYTES), keys, name)
    number = 0
    chunk = file.read(CHUNK_BYTES + TAG_BYTES)
    while True:
        following = file.read(CHUNK_BYTES + TAG_BYTES)
        try:
            yield cipher.decrypt(_nonce(number, last=not following), chunk, None)
        except InvalidTag:
            raise FileTampered(name) from None
        if not following:
            return
        chunk = following
        number += 1


def _opened(head: bytes, keys: MasterKeys, name: str) -> AESGCM:
    if len(head) < HEAD_BYTES or not head.startswith(_MAGIC):
        raise FileTampered(name)
    start, rest = head[: len(_MAGIC) + ID_BYTES], head[len(_MAGIC) + ID_BYTES :]
    key = keys.named(start[len(_MAGIC) :].hex())
    nonce, wrapped = rest[:_NONCE_BYTES], rest[_NONCE_BYTES:]
    try:
        return AESGCM(AESGCM(key.secret).decrypt(nonce, wrapped, start + name.encode()))
    except InvalidTag:
        raise MasterKeyWrong(name, key.id) from None


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(_NONCE_BYTES - 1, "big") + bytes([last])
