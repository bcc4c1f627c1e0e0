"""Where a call stands, as text on its channel: another controller takes it up from there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Self

from ivr.flow.vocabulary import CALL_VARIABLES

STOOD_AT: Final = "VAXEL_AT"
"""The queue node that the caller came to, language and choices: ``node|language|menu=node|…``."""

STOOD_WITH: Final = "VAXEL_WITH"
"""The values that nodes had set, a JSON object in ASCII; nothing sensitive."""

MOST_BYTES: Final = 1_000
"""Asterisk tells AGI the first 1,023 of a variable."""

_PLAIN = (str, int, float, bool)


@dataclass(frozen=True, slots=True)
class Stand:
    """The node at which a call goes on, and what it knows.

    Attributes:
        node: A node that waits for an agent; ``""`` begins anew.
        language: The caller's.
        answers: The node that each menu led to.
        values: What nodes had set, nothing sensitive. Personal.
    """

    node: str = ""
    language: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, object] = field(default_factory=dict, repr=False)

    def place(self) -> str:
        """Node, language and choices."""
        chosen = (f"{menu}={node}" for menu, node in self.answers.items())
        return "|".join((self.node, self.language, *chosen))

    def luggage(self) -> str:
        """The values that are texts, numbers or truths, in their order, as many as there is room.

        One that is too long is left behind, and the shorter ones after it are taken.
        """
        parts: list[str] = []
        left = MOST_BYTES - len("{}")
        for name, value in self.values.items():
            if value is not None and not isinstance(value, _PLAIN):
                continue
            part = f"{json.dumps(name)}:{json.dumps(value)}"
            if len(part) + 1 <= left:
                parts.append(part)
                left -= len(part) + 1
        return f"{{{','.join(parts)}}}"

    @classmethod
    def read(cls, place: str, luggage: str) -> Self:
        """What the two texts say; what of them is damaged is left out."""
        node, language, *chosen = (*place.split("|"), "")
        answers = dict(one.split("=") for one in chosen if one.count("=") == 1)
        try:
            values = json.loads(luggage or "{}")
        except (ValueError, RecursionError):
            values = {}
        kept = values if isinstance(values, dict) else {}
        return cls(
            node,
            language,
            answers,
            {
                name: value
                for name, value in kept.items()
                if name not in CALL_VARIABLES and (value is None or isinstance(value, _PLAIN))
            },
        )
