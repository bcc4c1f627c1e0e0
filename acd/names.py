"""What names and levels may be: they become parts of index entries in Redis."""

from __future__ import annotations

import re
from collections.abc import Mapping

_NAME = re.compile(r"[\w.\-]{1,80}")


def check_name(what: str, name: str) -> str:
    """``name`` itself, when it can be part of an index entry in Redis.

    Raises:
        ValueError: It is empty, longer than 80, or has more than letters, digits, ``. _ -``.
    """
    if _NAME.fullmatch(name) is None:
        raise ValueError(
            f"{what} {name!r}: use 1 to 80 letters, digits, dots, hyphens or underscores"
        )
    return name


LEVELS = range(1, 11)
"""The levels of a skill; 10 is the best."""


def check_skills(skills: Mapping[str, int]) -> None:
    """See whether each can be a skill with its level.

    Raises:
        ValueError: A name has more than letters, digits, ``. _ -``, or a level is not 1 to 10.
    """
    for name, level in skills.items():
        check_name("Skill", name)
        if level not in LEVELS:
            raise ValueError(f"Skill {name!r}: use a level from 1 to 10")
