"""Passwords and PINs of an installation, made at the first run and kept in one private file.

Beside them the keys of web services, which people give. Several processes may write the file: each
reads, changes and replaces it as a whole while it alone holds the lock.
"""

from __future__ import annotations

import secrets as entropy
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from ivr.platform.errors import SecretsUnreadable
from ivr.platform.private_file import alone_at, read_private, write_private

PHONES = ("caller", "agent1", "agent2", "agent3")
"""The SIP accounts of the first installation: one to call with, three for agents."""


def _password() -> str:
    """A password of 96 bits in hexadecimal: no character that any configuration file treats."""
    return entropy.token_hex(12)


def _key() -> str:
    """A key of 256 bits in hexadecimal."""
    return entropy.token_hex(32)


def _digits(count: int) -> str:
    """``count`` random digits."""
    return f"{entropy.randbelow(10**count):0{count}d}"


@dataclass(frozen=True, slots=True)
class Secrets:
    """What must not be guessed.

    Attributes:
        ami: Password of the controller's AMI user.
        mailbox: PIN of the survivable voicemail box, 6 digits.
        phones: SIP password by account name.
        pins: PIN (6 digits) by agent id, and by organisation/name those that trees ask for.
        callers: Key of the hash under which something is kept of callers' numbers.
        peers: By which the nodes of one house know each other; the same at all of them.
        web: What trees send to web services, by organisation/name; given, never made.
    """

    ami: str = field(repr=False)
    mailbox: str = field(repr=False)
    phones: Mapping[str, str] = field(repr=False)
    pins: Mapping[str, str] = field(repr=False)
    callers: str = field(default="", repr=False)
    peers: str = field(default="", repr=False)
    web: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def load_or_create(cls, path: Path, agents: Iterable[str]) -> Secrets:
        """The secrets in ``path``; what is missing (an agent new since then) is made and added.

        Args:
            path: The file; its folder must exist.
            agents: Ids of the agents, and names of whatever else, that need a PIN.

        Raises:
            SecretsUnreadable: The file is damaged, or others than its owner may read it.
        """
        names = tuple(agents)
        known = cls._read(path)
        if path.exists() and known._completed(names) == known:
            return known
        with alone_at(path):
            complete = cls._read(path)._completed(names)
            write_private(path, asdict(complete))
        return complete

    @classmethod
    def keep_web(cls, path: Path, name: str, value: str) -> None:
        """Give a web service's secret its value, or take it away.

        Args:
            path: The file; its folder must exist.
            name: As organisation/name.
            value: The new one; ``""`` for none.

        Raises:
            SecretsUnreadable: As :meth:`load_or_create`.
        """
        with alone_at(path):
            held = cls._read(path)._completed(())
            others = {one: kept for one, kept in held.web.items() if one != name}
            changed = replace(held, web={**others, name: value} if value else others)
            write_private(path, asdict(changed))

    def _completed(self, agents: Iterable[str]) -> Secrets:
        return Secrets(
            ami=self.ami,
            mailbox=self.mailbox,
            phones={name: self.phones.get(name) or _password() for name in PHONES},
            pins={**self.pins, **{a: self.pins.get(a) or _digits(6) for a in agents}},
            callers=self.callers or _key(),
            peers=self.peers or _password(),
            web=self.web,
        )

    @classmethod
    def _read(cls, path: Path) -> Secrets:
        held = read_private(path)
        if held is None:
            return cls(ami=_password(), mailbox=_digits(6), phones={}, pins={})
        try:
            return cls(
                ami=str(held["ami"]),
                mailbox=str(held["mailbox"]),
                phones={str(name): str(value) for name, value in held["phones"].items()},
                pins={str(name): str(value) for name, value in held["pins"].items()},
                callers=str(held.get("callers", "")),
                peers=str(held.get("peers", "")),
                web={str(name): str(value) for name, value in held.get("web", {}).items()},
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise SecretsUnreadable(
                f"{path} lacks a part ({error}); mend it, or remove it to get new passwords."
            ) from error
