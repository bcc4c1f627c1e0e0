"""What the names in a command mean: an organisation, and one of what it has."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Final, TypeAlias, TypeVar

import typer

from ivr.cli.saying import warn
from ivr.flow.organisation import Organisation
from ivr.flow.problems import suggestion
from ivr.live.known import known_trees_now
from ivr.settings import Settings

Entry = TypeVar("Entry")

ORG: Final = "ORG"
"""How a message calls the argument."""

ORG_OPTION: Final = "--org"

Org: TypeAlias = Annotated[
    str, typer.Argument(metavar=ORG, help="The organisation's id.", show_default=False)
]
OrgOption: TypeAlias = Annotated[
    str,
    typer.Option(
        ORG_OPTION,
        help="The organisation; not needed where there is but one.",
        show_default=False,
    ),
]


def find_organisation(settings: Settings, name: str, where: str) -> Organisation:
    """The organisation of this installation that a command means; see :func:`one_of`.

    One whose files are wrong is as it was served last, and the user is told.

    Raises:
        ivr.platform.errors.TreesInvalid: No organisation can be served.
        typer.BadParameter: There is none of that name.
    """
    return one_of(known_trees_now(settings, warn).organisations, name, where)


def one_of(organisations: Mapping[str, Entry], name: str, where: str) -> Entry:
    """The organisation of a name; the only one there is where the name is left out.

    Args:
        organisations: By name.
        name: As it was written, ``""`` when it was not.
        where: :data:`ORG` or :data:`ORG_OPTION`.

    Raises:
        typer.BadParameter: There is none of that name, or no name and several organisations.
    """
    if not name and len(organisations) == 1:
        return next(iter(organisations.values()))
    require("organisation", name, organisations, where)
    return organisations[name]


def require(kind: str, name: str, known: Collection[str], where: str) -> None:
    """Refuse a name that is not known, with the nearest one or else the choice there is.

    Args:
        kind: What is named, e.g. ``queue``.
        name: As it was written.
        known: What there is.
        where: The argument or option, as the command's help writes it.

    Raises:
        typer.BadParameter: It is not among them.
    """
    if name not in known:
        fault = f"no {kind} is named “{name}”" if name else f"say which {kind}"
        raise typer.BadParameter(f"{fault}; {suggestion(name, known)}", param_hint=where)
