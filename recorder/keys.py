"""Master keys: what the key of each recording is wrapped with.

They lie in one small file of their own, so that a backup of recordings without it tells nothing,
and so that an installation can keep it elsewhere (setting ``recordings.keys``)::

    {"current": "9f86d081884c7d65", "keys": {"9f86d081884c7d65": "<base64 of 32 bytes>"}}

New recordings are sealed under the current key; every key in the file opens what was sealed
under it. Without the file every recording is lost: back it up, apart from the recordings.
"""

from __future__ import annotations

import base64
import json
import os
import secrets as entropy
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from recorder.disk import locked, write_whole
from recorder.errors import KeysUnusable, MasterKeyUnknown

ID_BYTES: Final = 8
KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class MasterKey:
    """One master key.

    Attributes:
        id: What a sealed file names it by; 16 hexadecimal digits, no secret.
        secret: 32 bytes.
    """

    id: str
    secret: bytes = field(repr=False)

    @classmethod
    def fresh(cls) -> Self:
        """A new random key."""
        return cls(entropy.token_hex(ID_BYTES), entropy.token_bytes(KEY_BYTES))


@dataclass(frozen=True, slots=True)
class MasterKeys:
    """The keys of an installation.

    Attributes:
        current: Seals what is new.
        known: Every key by its id, the current one too.
    """

    current: MasterKey
    known: Mapping[str, MasterKey] = field(repr=False)

    def named(self, key_id: str) -> MasterKey:
        """The key that a file was sealed under.

        Raises:
            MasterKeyUnknown: It is not among these.
        """
        try:
            return self.known[key_id]
        except KeyError:
            raise MasterKeyUnknown(key_id) from None

    @classmethod
    def load(cls, path: Path) -> Self:
        """The keys in a file.

        Raises:
            KeysUnusable: There is no such file, others may read it, or it holds no keys.
        """
        try:
            with path.open(encoding="utf-8") as file:
                mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
                held = json.load(file)
            secrets = {str(i): base64.b64decode(s, validate=True) for i, s in held["keys"].items()}
            known = {key_id: MasterKey(key_id, secret) for key_id, secret in secrets.items()}
            current = known[held["current"]]
        except FileNotFoundError:
            raise KeysUnusable(path, "it is not there; restore it from its backup") from None
        except OSError as error:
            raise KeysUnusable(path, error.strerror or str(error)) from error
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise KeysUnusable(path, f"it is damaged: {error!r}") from error
        if mode & 0o077:
            raise KeysUnusable(path, f"others may read it; run: chmod 600 {path}")
        for key in known.values():
            if len(key.secret) != KEY_BYTES or not _is_id(key.id):
                raise KeysUnusable(path, f"the key {key.id!r} has a wrong length")
        return cls(current, known)

    @classmethod
    def make(cls, path: Path) -> Self:
        """A file with a first key; an existing file is left as it is. Two may do it at once.

        Raises:
            KeysUnusable: It cannot be written, or as :meth:`load`.
        """
        key = MasterKey.fresh()
        draft = path.with_name(f".{path.name}.{key.id}")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            cls(key, {key.id: key})._write(draft)
            try:
                os.link(draft, path)  # fails where the file exists, unlike a rename
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        except OSError as error:
            raise KeysUnusable(path, error.strerror or str(error)) from error
        return cls.load(path)

    @classmethod
    def renew(cls, path: Path) -> Self:
        """Add a new key to the file and make it the current one; the old ones still open.

        Several may do it at once: no key is lost that something was sealed under. Blocks.

        Raises:
            KeysUnusable: It cannot be written, or as :meth:`load`.
        """
        try:
            with locked(path.parent):  # the file itself is a new one each time
                old, key = cls.load(path), MasterKey.fresh()
                renewed = cls(key, {**old.known, key.id: key})
                renewed._write(path)
        except OSError as error:
            raise KeysUnusable(path, error.strerror or str(error)) from error
        return renewed

    def _write(self, path: Path) -> None:
        keys = {key.id: base64.b64encode(key.secret).decode() for key in self.known.values()}
        content = json.dumps({"current": self.current.id, "keys": keys}, indent=2)
        write_whole(path, f"{content}\n".encode())


def ensure_keys(path: Path, *, used: bool) -> None:
    """Make the key file of a new installation. Blocks.

    Args:
        path: The file.
        used: Whether there are sealed recordings. Then no new file takes a lost one's place: they
            could never be opened again, and nobody would know.

    Raises:
        KeysUnusable: The file was lost, or cannot be made.
    """
    if used and not path.exists():
        raise KeysUnusable(path, "it is not there, but recordings are; restore it from its backup")
    MasterKeys.make(path)


def _is_id(text: str) -> bool:
    return len(text) == 2 * ID_BYTES and set(text) <= set("0123456789abcdef")
