"""Numbers of supervisors that another organisation gives to somebody else.

A number has one PIN in the whole installation: whoever has the number elsewhere would have the
supervisor's rights.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ivr.flow.organisation import Organisation
from ivr.flow.problems import Problem
from ivr.flow.reading import Home


def of_two_people(homes: Sequence[Home]) -> Iterator[Problem]:
    """Each supervisor whose number is another person's in another organisation."""
    for home in homes:
        for number, one in home.organisation.supervisors.items() if home.organisation else ():
            for other in homes:
                if other is home or other.organisation is None:
                    continue
                theirs = people(other.organisation).get(number, {one.name})
                if theirs != {one.name}:
                    yield home.document.problem(
                        home.document.key_place(("supervisors", number)),
                        f"{other.organisation.name} has this number for {', '.join(theirs)}",
                        "they would share a PIN: give one of them another number",
                        code="number_of_another",
                    )


def people(organisation: Organisation) -> Mapping[str, set[str]]:
    """The names of its agents and supervisors by number; one each, in a file that is right."""
    found: dict[str, set[str]] = {}
    for number, agent in organisation.agents.items():
        found.setdefault(number, set()).add(agent.name)
    for number, supervisor in organisation.supervisors.items():
        found.setdefault(number, set()).add(supervisor.name)
    return found
