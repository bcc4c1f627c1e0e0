"""The PINs that call trees ask callers for: kept with the secrets, made at the first start."""

from __future__ import annotations

from collections.abc import Mapping

from ivr.flow.load import Catalogue
from ivr.flow.nodes.pin import Pin


def pin_names(catalogue: Catalogue) -> tuple[str, ...]:
    """Every PIN that a tree asks for, as ``organisation/name``; no agent's number looks like it."""
    names = (
        f"{tree.organisation.id}/{node.of}"
        for tree in catalogue.trees
        for node in tree.nodes.values()
        if isinstance(node, Pin)
    )
    return tuple(dict.fromkeys(names))


def with_pins(catalogue: Catalogue) -> list[str]:
    """Names of all that need a PIN: agents, supervisors, and those that trees ask callers for."""
    people = [number for org in catalogue.organisations.values() for number in org.people]
    return [*people, *pin_names(catalogue)]


def pins_of(organisation: str, pins: Mapping[str, str]) -> dict[str, str]:
    """The PINs of one organisation, by name.

    Args:
        organisation: Its id.
        pins: All of the installation, by ``organisation/name``.
    """
    prefix = f"{organisation}/"
    return {name.removeprefix(prefix): pin for name, pin in pins.items() if name.startswith(prefix)}
