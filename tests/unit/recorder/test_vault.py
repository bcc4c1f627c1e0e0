"""Sealed files: whole or refused."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.errors import FileTampered, MasterKeyUnknown, MasterKeyWrong
from recorder.keys import MasterKey, MasterKeys
from recorder.vault import CHUNK_BYTES, HEAD_BYTES, TAG_BYTES, Sealed, Sealer, unseal

pytestmark = pytest.mark.unit

KEY = MasterKey.fresh()
KEYS = MasterKeys(KEY, {KEY.id: KEY})
NAME = "vaxel-1763974800.42-7"
CHUNK = CHUNK_BYTES + TAG_BYTES


def sealed(*pieces: bytes, key: MasterKey = KEY, name: str = NAME) -> bytes:
    return told(*pieces, key=key, name=name)[0]


def told(*pieces: bytes, key: MasterKey = KEY, name: str = NAME) -> tuple[bytes, Sealed]:
    out = io.BytesIO()
    sealer = Sealer(out, key, name)
    for piece in pieces:
        sealer.write(piece)
    facts = sealer.close()
    return out.getvalue(), facts


def opened(content: bytes, keys: MasterKeys = KEYS, name: str = NAME) -> bytes:
    return b"".join(unseal(io.BytesIO(content), keys, name))


def sound(length: int) -> bytes:
    """Bytes of which no two chunks are alike."""
    return b"".join(n.to_bytes(4, "big") for n in range(length // 4 + 1))[:length]


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_what_was_sealed_in_any_pieces_is_opened(pieces: list[bytes]) -> None:
    assert opened(sealed(*pieces)) == b"".join(pieces)


@given(
    chunks=st.integers(0, 3),
    over=st.integers(-2, 2),
    piece=st.sampled_from([1000, CHUNK_BYTES - 1, CHUNK_BYTES, 3 * CHUNK_BYTES]),
)
def test_any_number_of_chunks_is_opened_again(chunks: int, over: int, piece: int) -> None:
    whole = sound(max(0, chunks * CHUNK_BYTES + over))
    pieces = [whole[at : at + piece] for at in range(0, len(whole), piece)]
    assert opened(sealed(*pieces)) == whole


def test_a_chunk_is_given_out_before_the_next_but_one_is_read() -> None:
    file = io.BytesIO(sealed(sound(5 * CHUNK_BYTES)))
    assert len(next(unseal(file, KEYS, NAME))) == CHUNK_BYTES
    assert file.tell() == HEAD_BYTES + 2 * CHUNK


def test_the_facts_are_those_of_the_file() -> None:
    content, facts = told(sound(100_000))
    assert facts == Sealed(len(content), hashlib.sha256(content).hexdigest())


def test_the_same_sound_is_never_sealed_alike_and_does_not_show() -> None:
    once, again = sealed(b"a" * 5000), sealed(b"a" * 5000)
    assert once[HEAD_BYTES:] != again[HEAD_BYTES:]
    assert b"aaaa" not in once


@given(where=st.integers(0, HEAD_BYTES + 5000 + TAG_BYTES - 1), bit=st.integers(0, 7))
def test_any_bit_that_is_turned_is_found(where: int, bit: int) -> None:
    content = bytearray(sealed(sound(5000)))
    content[where] ^= 1 << bit
    with pytest.raises((FileTampered, MasterKeyUnknown, MasterKeyWrong)):
        opened(bytes(content))


def swapped(content: bytes) -> bytes:
    first, second = HEAD_BYTES + CHUNK, HEAD_BYTES + 2 * CHUNK
    return (
        content[:HEAD_BYTES] + content[first:second] + content[HEAD_BYTES:first] + content[second:]
    )


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "the last chunk is missing": lambda content: content[: HEAD_BYTES + 3 * CHUNK],
    "the last bytes are missing": lambda content: content[:-5],
    "a middle chunk is missing": lambda c: c[: HEAD_BYTES + CHUNK] + c[HEAD_BYTES + 2 * CHUNK :],
    "two chunks changed places": swapped,
    "a chunk is there twice": lambda c: c[: HEAD_BYTES + CHUNK] + c[HEAD_BYTES:],
    "something was added": lambda content: content + b"\0",
    "only the head is left": lambda content: content[:HEAD_BYTES],
    "half a head is left": lambda content: content[:20],
    "it is empty": lambda _: b"",
    "it is another kind of file": lambda _: b"OggS" * 100,
}


@pytest.mark.parametrize("what", DAMAGE)
def test_a_damaged_file_is_refused(what: str) -> None:
    content = sealed(sound(3 * CHUNK_BYTES + 100))
    with pytest.raises(FileTampered, match=NAME):
        opened(DAMAGE[what](content))


def test_no_chunk_is_given_out_that_is_not_authentic() -> None:
    content = bytearray(sealed(sound(3 * CHUNK_BYTES)))
    content[HEAD_BYTES + CHUNK + 10] ^= 1
    chunks: Iterator[bytes] = unseal(io.BytesIO(bytes(content)), KEYS, NAME)
    assert next(chunks) == sound(CHUNK_BYTES)
    with pytest.raises(FileTampered):
        next(chunks)


def test_a_file_opens_in_no_other_recordings_place() -> None:
    with pytest.raises(MasterKeyWrong):
        opened(sealed(b"sound"), name="another-8")


def test_a_key_that_is_not_there_is_named() -> None:
    other = MasterKey.fresh()
    with pytest.raises(MasterKeyUnknown, match=other.id):
        opened(sealed(b"sound", key=other))


def test_another_key_of_the_same_name_does_not_open() -> None:
    impostor = MasterKey(KEY.id, bytes(32))
    with pytest.raises(MasterKeyWrong, match=KEY.id):
        opened(sealed(b"sound", key=impostor))


def test_an_old_key_opens_what_it_has_sealed() -> None:
    new = MasterKey.fresh()
    assert opened(sealed(b"sound"), MasterKeys(new, {KEY.id: KEY, new.id: new})) == b"sound"
