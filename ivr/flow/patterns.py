"""Numbers and addresses as lists name them: whole, or by their beginning (``+46 8*``)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Self

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from ivr.flow.faults import fault
from ivr.flow.numbers import normalised, spellings

_WRITTEN: Final = re.compile(r"[+0-9][0-9 ().\-]*")
_MOST_DIGITS: Final = 15
_HOST: Final = r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?(?::[0-9]{1,5})?"
_SIP: Final = re.compile(rf"sip:(?:(?P<user>[A-Za-z0-9_.+-]{{1,64}})@)?(?P<host>{_HOST})")


@dataclass(frozen=True, slots=True)
class Pattern:
    """Numbers that a list names. As a field of a model it is written as text.

    Attributes:
        source: As the admin wrote it.
        forms: The number, or its beginning, in every spelling; or the one SIP address.
        prefix: Whether it stands for all that begin so.
    """

    source: str
    forms: frozenset[str]
    prefix: bool

    @classmethod
    def parse(cls, source: str) -> Self:
        """Read it.

        Raises:
            PydanticCustomError: It is neither a number nor an address.
        """
        text = source.strip()
        if (sip := _SIP.fullmatch(text)) is not None:
            # a host alone stands for everybody there
            return cls(text, frozenset({_sip(text)}), prefix=sip["user"] is None)
        number, prefix = text.removesuffix("*"), text.endswith("*")
        plain = normalised(number)
        if not _WRITTEN.fullmatch(number) or not 1 <= len(plain.strip("+")) <= _MOST_DIGITS:
            raise fault(
                "bad_pattern",
                f"“{source}” is neither a number nor the beginning of one",
                advice="write +46 8 465 004 00, +46 8* for all that begin so, or sip:host",
            )
        return cls(text, spellings(plain), prefix)

    def matches(self, target: str) -> bool:
        """Whether a number (however it is delivered) or a SIP address is one of these."""
        if (sip := _SIP.fullmatch(target)) is not None:
            host = f"sip:{sip['host'].lower()}"
            return bool(self.forms & {_sip(target), host if self.prefix else ""})
        number = normalised(target)
        if self.prefix:
            return any(number.startswith(form) for form in self.forms)
        return bool(spellings(number) & self.forms)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(cls.parse, core_schema.str_schema())


def is_target(text: str) -> bool:
    """Whether this is the form of something that can be dialled."""
    if _SIP.fullmatch(text) is not None:
        return "@" in text
    return bool(_WRITTEN.fullmatch(text)) and 2 <= len(normalised(text).strip("+")) <= _MOST_DIGITS


def named(patterns: Iterable[Pattern], target: str) -> Pattern | None:
    """The pattern that a number or address is named by, one of its whole before a beginning."""
    found = [pattern for pattern in patterns if pattern.matches(target)]
    return min(found, key=lambda pattern: pattern.prefix, default=None)


def _sip(address: str) -> str:
    user, at, host = address.removeprefix("sip:").rpartition("@")
    return f"sip:{user}{at}{host.lower()}"
