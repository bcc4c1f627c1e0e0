"""What a caller does in a test, one act each time that the call waits for them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from ivr.flow.faults import fault
from ivr.flow.problems import nearest
from ivr.flow.vocabulary import KEYS


class Does(StrEnum):
    """The kinds of acts, by the words that tests use."""

    PRESS = "press"
    SAY = "say"
    SPEAK = "speak"
    SILENCE = "silence"
    HANG_UP = "hang up"


_SPEAK = re.compile(r"([1-9][0-9]{0,2}) ?s")
_FORMS = "write “press 1”, “say opening hours”, “silence”, “speak 20 s” or “hang up”"


@dataclass(frozen=True, slots=True)
class Act:
    """One act.

    Attributes:
        does: Its kind.
        what: The keys pressed or the words said, ``""`` for other kinds.
        seconds: How long the caller speaks after a tone.
    """

    does: Does
    what: str = ""
    seconds: float = 0.0

    def __str__(self) -> str:
        length = f"{self.seconds:g} s" if self.seconds else ""
        return " ".join(part for part in (self.does.value, self.what, length) if part)

    @classmethod
    def parse(cls, written: str) -> Self:
        """Read ``press 1``.

        Raises:
            PydanticCustomError: It is nothing that a caller can do.
        """
        act = " ".join(written.split())
        verb, _, rest = act.partition(" ")
        if act in (Does.SILENCE, Does.HANG_UP):
            return cls(Does(act))
        if verb == Does.PRESS:
            keys = rest.replace(" ", "")
            if keys and set(keys) <= set(KEYS):
                return cls(Does.PRESS, keys)
            # YAML takes what follows a blank and # for a remark.
            raise fault(
                "no_keys",
                f"“{rest}” are no keys of a telephone" if rest else "no key is named here",
                advice='use 0–9, * and #; put quotes round it all where # comes first: "press #"',
            )
        if verb == Does.SAY and rest:
            return cls(Does.SAY, rest)
        if verb == Does.SPEAK and (match := _SPEAK.fullmatch(rest)):
            return cls(Does.SPEAK, seconds=float(match[1]))
        raise fault(
            "no_act", f"“{act}” is nothing that a caller can do", advice=_meant(act, verb, rest)
        )

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(cls.parse, core_schema.str_schema())


def _meant(act: str, verb: str, rest: str) -> str:
    """Advice: the act that was probably meant, or else all there are."""
    if whole := nearest(act, (Does.SILENCE, Does.HANG_UP)):
        return f"did you mean “{whole}”?"
    first = nearest(verb, (Does.PRESS, Does.SAY, Does.SPEAK)) if rest else ""
    return f"did you mean “{first} {rest}”?" if first not in ("", verb) else _FORMS
