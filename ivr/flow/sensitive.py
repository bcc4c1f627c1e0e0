"""Values that only the call's own work may see: a personnummer, a PIN.

Whoever prints, logs, formats or serialises one gets ``***``, or an error. The only way to what it
holds is :meth:`Sensitive.reveal`, so that every place that looks is found by its name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NoReturn

MASK = "***"


class Sensitive:
    """A value in a wrapping that shows nothing."""

    __slots__ = ("_held",)

    def __init__(self, held: object) -> None:
        self._held = held

    def reveal(self) -> object:
        """What it holds: for a comparison, or to hand it over on purpose; never for a log."""
        return self._held

    def __repr__(self) -> str:
        return MASK

    def __format__(self, _form: str) -> str:
        return MASK

    def __reduce__(self) -> NoReturn:
        raise TypeError("a sensitive value is neither copied nor stored")


def without_sensitive(values: Mapping[str, object]) -> dict[str, object]:
    """The values that may be spoken, logged, stored and handed on."""
    return {name: value for name, value in values.items() if not isinstance(value, Sensitive)}


def revealed(values: Mapping[str, object]) -> dict[str, object]:
    """All values, bare."""
    return {
        name: value.reveal() if isinstance(value, Sensitive) else value
        for name, value in values.items()
    }


def sensitive_names(value: object) -> Iterator[str]:
    """The variables that nodes mark (``into: name`` beside ``sensitive: true``), in raw data."""
    if isinstance(value, list):
        for item in value:
            yield from sensitive_names(item)
    elif isinstance(value, Mapping):
        into, marked = value.get("into"), value.get("sensitive")
        if isinstance(into, str) and isinstance(marked, str) and marked.lower() in _YES:
            yield into
        for inner in value.values():
            yield from sensitive_names(inner)


_YES = frozenset({"true", "yes", "on", "y", "t", "1"})
"""As pydantic reads a truth value."""
