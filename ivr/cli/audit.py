"""``vaxel audit``: what supervisors have done, long after the events are gone."""

from __future__ import annotations

from typing import Annotated

import typer

from ivr.cli.giving import As, First, Format, Language, Last, Output, give
from ivr.cli.names import OrgOption, require
from ivr.cli.record import House
from monitoring.report.acts import Wanted, acts_sheet, read_acts
from monitoring.report.intervals import Step


def register(app: typer.Typer) -> None:
    """Add the command to ``vaxel``."""
    app.command("audit")(audit)


def audit(
    *,
    org: OrgOption = "",
    first: First = None,
    last: Last = None,
    supervisor: Annotated[
        str,
        typer.Option(help="Only of this supervisor: a number, or a token's name."),
    ] = "",
    agent: Annotated[str, typer.Option(help="Only what was done to this agent.")] = "",
    style: As = Format.TABLE,
    output: Output = None,
    language: Language = "",
) -> None:
    """Show who was in whose conversation and how long, who paused whom, moved or prioritised calls.

    By telephone (`*20`) and by the API, what was refused included. It names people at work, and is
    kept as long as `audit: {keep: …}` in organisation.yaml says.
    """
    house = House.open(org, language)
    organisation = house.organisation
    period = house.days(first, last, Step.DAY)
    wanted = Wanted(period.begin, period.end, supervisor, agent)
    acts = house.read(lambda database: read_acts(database, organisation.id, wanted))
    if agent:
        known = {*organisation.agents, *(act.agent for act in acts if act.agent)}
        require("agent", agent, known, "--agent")
    names = {number: one.name for number, one in organisation.supervisors.items()}
    names |= {number: one.name for number, one in organisation.agents.items()}
    sheet = acts_sheet(organisation.name, period, acts, names, house.language)
    give(house, sheet, lambda: "", style, output)
