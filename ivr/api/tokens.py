"""Who may ask the API: bearer tokens, each with a name, a role and the organisations it may see.

A token is ``vaxel.NAME.SECRET``, the secret 256 random bits. It is shown once, when it is made.
Kept is its SHA-256, which needs no salt and no slowness: so long a secret cannot be guessed. The
file stands beside the installation's secrets, and is read again when it has changed: a token that
is made works at once, one that is revoked works no more.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
import secrets as entropy
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import IntEnum
from pathlib import Path
from typing import Any, Final

from ivr.api.errors import TokenRefused
from ivr.platform.errors import PlatformError, SecretsUnreadable, TokenKnown, TokenUnknown
from ivr.platform.private_file import alone_at, read_private, write_private

logger = logging.getLogger(__name__)

NAME: Final = re.compile(r"(?=.*[a-z])[a-z0-9][a-z0-9-]{0,39}")
"""How a token may be called: events name supervisors at phones by their number, digits alone."""

EVERY: Final = "*"
"""Stands for all organisations, those to come too."""

_PREFIX: Final = "vaxel"
_SECRET_BYTES: Final = 32
_LONGEST: Final = 256
_NO_HASH: Final = hashlib.sha256(b"").hexdigest()
_TELL_AGAIN_MS: Final = 60_000


class Role(IntEnum):
    """What a token may do; each may do what those before it may."""

    VIEWER = 1  # read
    SUPERVISOR = 2  # act on agents and calls, see callers' numbers
    ADMIN = 3  # switch what everybody hears, see what supervisors have done

    @property
    def word(self) -> str:
        """How it is written."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Token:
    """One token as it is kept.

    Attributes:
        name: Names its holder in events and logs.
        role: What it may do.
        organisations: The ids of those that it may see; :data:`EVERY` stands for all.
        made: When, ISO 8601.
        digest: SHA-256 of its secret, in hexadecimal.
    """

    name: str
    role: Role
    organisations: tuple[str, ...]
    made: str
    digest: str = field(repr=False)

    def sees(self, org: str) -> bool:
        """Whether it may see an organisation."""
        return EVERY in self.organisations or org in self.organisations


class TokenFile:
    """The tokens of an installation, as `vaxel tokens` changes them."""

    def __init__(self, path: Path) -> None:
        """Bind; nothing is read yet.

        Args:
            path: The file; its folder must exist. Without the file there is no token.
        """
        self._path = path

    @property
    def state(self) -> tuple[int, ...] | None:
        """What tells one content of the file from the next; ``None`` while there is no file."""
        try:
            found = self._path.stat()
        except OSError:
            return None
        # Each change makes another file, but for its mode.
        return found.st_mtime_ns, found.st_ino, found.st_mode

    def read(self) -> dict[str, Token]:
        """All tokens, by name.

        Raises:
            SecretsUnreadable: The file is damaged, or others than its owner may read it.
        """
        held: Any = read_private(self._path)
        if held is None:
            return {}
        try:
            return {token.name: token for token in map(_token, held["tokens"])}
        except (KeyError, TypeError, AttributeError) as error:
            raise SecretsUnreadable(
                f"{self._path} lacks a part ({error}); mend it, or remove it to begin anew."
            ) from error

    def make(self, name: str, role: Role, organisations: tuple[str, ...], at: datetime) -> str:
        """Make a token.

        Args:
            name: As :data:`NAME` has it.
            role: What it may do.
            organisations: As :attr:`Token.organisations`.
            at: Now.

        Returns:
            The token itself; it is kept nowhere.

        Raises:
            TokenKnown: There is one of this name.
            SecretsUnreadable: As :meth:`read`.
        """
        secret = entropy.token_urlsafe(_SECRET_BYTES)
        made = at.isoformat(timespec="seconds")
        with self._changed() as tokens:
            if name in tokens:
                raise TokenKnown(
                    f"There is a token {name} already. Take another name, or revoke it: "
                    f"`vaxel tokens revoke {name}`."
                )
            tokens[name] = Token(name, role, organisations, made, _digest(secret))
        return f"{_PREFIX}.{name}.{secret}"

    def revoke(self, name: str) -> None:
        """Let a token work no more.

        Raises:
            TokenUnknown: There is none of this name.
            SecretsUnreadable: As :meth:`read`.
        """
        with self._changed() as tokens:
            if tokens.pop(name, None) is None:
                raise TokenUnknown(f"There is no token {name}. List them: `vaxel tokens list`.")

    @contextmanager
    def _changed(self) -> Iterator[dict[str, Token]]:
        with alone_at(self._path):
            tokens = self.read()
            yield tokens
            write_private(self._path, {"tokens": [_kept(token) for token in tokens.values()]})


class Doorkeeper:
    """Judges what a request brings.

    Attributes:
        refused: So many requests had no token that works.
    """

    def __init__(self, file: TokenFile, clock: Callable[[], int]) -> None:
        """Know nobody yet.

        Args:
            file: The tokens.
            clock: Epoch milliseconds.
        """
        self._file = file
        self._clock = clock
        self._seen: tuple[int, ...] | None = None
        self._held: Mapping[str, Token] = {}
        self._untold = 0
        self._told_ms = -_TELL_AGAIN_MS
        self.refused = 0

    def judge(self, authorization: str) -> Token:
        """Who asks.

        It costs one look at the file's date and one hash, whatever is brought, and asks nobody
        else; the log tells of refusals once a minute.

        Args:
            authorization: The header of that name, ``""`` for none.

        Raises:
            TokenRefused: No token that works.
        """
        word, _, given = authorization.partition(" ")
        prefix, _, rest = given[:_LONGEST].partition(".")
        name, _, secret = rest.partition(".")
        token = self._tokens().get(name)
        # The same work for a name that nobody has: time tells nothing.
        right = hmac.compare_digest(_digest(secret), _NO_HASH if token is None else token.digest)
        if word.lower() != "bearer" or prefix != _PREFIX or token is None or not right:
            self._note()
            raise TokenRefused
        return token

    def stands(self, token: Token) -> bool:
        """Whether a token that was judged before works still, for the same."""
        return self._tokens().get(token.name) == token

    def _tokens(self) -> Mapping[str, Token]:
        state = self._file.state
        if state != self._seen:
            # Should it not be readable: who was revoked may stand in what is known from before.
            self._held, self._seen = {}, state
            try:
                self._held = self._file.read()
            except PlatformError as fault:
                logger.error("The tokens of the API cannot be read", extra={"fault": str(fault)})
        return self._held

    def _note(self) -> None:
        self.refused += 1
        self._untold += 1
        now = self._clock()
        if now - self._told_ms >= _TELL_AGAIN_MS:
            logger.warning("The API refused tokens", extra={"requests": self._untold})
            self._untold, self._told_ms = 0, now


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def _kept(token: Token) -> dict[str, object]:
    return {**asdict(token), "role": token.role.word}


def _token(held: Mapping[str, Any]) -> Token:
    return Token(
        name=str(held["name"]),
        role=Role[str(held["role"]).upper()],
        organisations=tuple(map(str, held["organisations"])),
        made=str(held["made"]),
        digest=str(held["digest"]),
    )
