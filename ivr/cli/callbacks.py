"""``vaxel callbacks``: who is to be called back, in which order, and why it has not been yet."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, TypeVar

import typer
from rich.table import Table

from acd.callbacks import Callbacks
from acd.clock import system_clock
from acd.errors import CallbackUnknown
from acd.model.callback import Callback, CallbackState
from ivr.callbacks.offer import rules_of
from ivr.cli.names import ORG_OPTION, OrgOption, one_of, require
from ivr.cli.saying import console, masked, warn
from ivr.flow.load import Catalogue
from ivr.flow.organisation import Organisation
from ivr.flow.queues import Queue as Described
from ivr.live.known import known_trees_now
from ivr.numbers import check_number, own_numbers
from ivr.platform.preflight import load_settings
from ivr.platform.stores import redis_of
from ivr.queueing.joining import acd_queue
from ivr.settings import Settings

_FARTHEST = timedelta(days=400)  # a mistyped year would be kept for ever
_DOING = {
    CallbackState.RESERVED: "An agent is held for this person, who is called next.",
    CallbackState.DIALLING: "The person's phone rings; an agent is held.",
    CallbackState.REACHED: "The person has picked up and waits for an agent to answer.",
    CallbackState.TALKING: "The person and the agent talk.",
}

Result = TypeVar("Result")
Contact = Annotated[str, typer.Argument(help="The callback, as `list` shows it.")]


@dataclass(frozen=True, slots=True)
class _House:
    """One organisation of this installation, and its callbacks."""

    settings: Settings
    catalogue: Catalogue
    organisation: Organisation
    callbacks: Callbacks


def register(app: typer.Typer) -> None:
    """Add the commands to ``vaxel``."""
    group = typer.Typer(
        name="callbacks",
        no_args_is_help=True,
        help="People who are to be called back: list, add, cancel, explain.",
    )
    group.command("list")(list_open)
    group.command("add")(add)
    group.command("cancel")(cancel)
    group.command("explain")(explain)
    app.add_typer(group)


def list_open(
    *,
    org: OrgOption = "",
    show_numbers: Annotated[
        bool, typer.Option("--show-numbers", help="Show the whole numbers, which are personal.")
    ] = False,
) -> None:
    """List who is to be called back, by queue and place.

    `due` is the time before which nobody calls: the chosen one, or that of the next attempt.
    """

    async def work(house: _House) -> tuple[Callback, ...]:
        return await house.callbacks.open()

    house, rows = _do(org, work)
    screen = console()
    if not rows:
        screen.print("Nobody is to be called back.")
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("contact", "queue", "place", "waiting since", "due", "attempt", "state"):
        table.add_column(heading)
    table.add_column("number", no_wrap=True)
    now_ms = system_clock()
    for row in rows:
        table.add_row(
            row.contact,
            row.queue,
            "-" if row.place is None else str(row.place.position),
            _when(row.arrived_ms, house) if row.arrived_ms <= now_ms else "-",
            _when(row.due_ms, house) if row.due_ms > now_ms else "-",
            f"{row.attempt} of {row.rules.tries}",
            row.state.value,
            row.number if show_numbers else masked(row.number),
        )
    screen.print(table)


def add(
    number: Annotated[str, typer.Argument(help="Whom to call, e.g. +46701740605 or 0701740605.")],
    *,
    queue: Annotated[str, typer.Option(help="The queue whose agents call.")],
    at: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%dT%H:%M"],
            help="Not before this time, by the organisation's clock. As soon as its turn comes "
            "when left out.",
            show_default=False,
        ),
    ] = None,
    language: Annotated[
        str,
        typer.Option(help="Spoken to the person; the organisation's first one when left out."),
    ] = "",
    org: OrgOption = "",
) -> None:
    """Put a person at the end of a queue's line, to be called when their turn comes."""

    async def work(house: _House) -> str:
        organisation, settings = house.organisation, house.settings
        spoken = language or organisation.default_language
        require("language", spoken, organisation.languages, "--language")
        described = _queue(organisation, queue)
        if not settings.outgoing.endpoint:
            raise typer.BadParameter(
                "this installation calls nobody; name the way out in the setting outgoing.endpoint",
                param_hint="NUMBER",
            )
        due = None if at is None else _time(at, organisation, described)
        return await house.callbacks.add(
            check_number(number, settings.outgoing.regions, own_numbers(house.catalogue)),
            acd_queue(queue, organisation),
            language=spoken,
            answers={},
            rules=rules_of(described),
            due_ms=None if due is None else round(due.timestamp() * 1000),
        )

    _, contact = _do(org, work)
    console().print(f"{contact} will be called back.")


def cancel(contact: Contact, *, org: OrgOption = "") -> None:
    """Call a person back no more. An agent who is held for them is ready again.

    A call that has begun is not broken off: the phone rings on, with an agent held, but not again.
    """

    async def work(house: _House) -> bool:
        return await house.callbacks.cancel(contact)

    _, gone = _do(org, work)
    if gone:
        console().print(f"{contact} is cancelled.")
    else:
        console().print(f"{contact} is being called; if nobody answers, not once more.")


def explain(contact: Contact, *, org: OrgOption = "") -> None:
    """Tell where a callback stands and what it waits for."""

    async def work(house: _House) -> Callback:
        callback = await house.callbacks.get(contact)
        if callback is None:
            raise CallbackUnknown(contact)
        return callback

    house, callback = _do(org, work)
    screen = console()
    for sentence in sentences(callback, lambda time_ms: _when(time_ms, house)):
        screen.print(sentence)


def sentences(callback: Callback, when: Callable[[int], str]) -> list[str]:
    """Where a callback stands and what it waits for, in words.

    Args:
        callback: Which.
        when: Shows a time (epoch milliseconds).
    """
    told = [
        f"{callback.contact} stands in the queue {callback.queue}, in line as of "
        f"{when(callback.effective_ms)}.",
    ]
    if callback.answers:
        chosen = ", ".join(f"{menu}: {node}" for menu, node in callback.answers.items())
        told.append(f"The caller had chosen {chosen}.")
    if callback.attempt:
        told.append(f"{callback.attempt} of {callback.rules.tries} attempts were made.")
    place = callback.place
    if callback.state in _DOING:
        told.append(_DOING[callback.state])
    elif place is None:
        told.append(f"Nobody calls before {when(callback.due_ms)}.")
    else:
        told.append(f"It is number {place.position} of {place.waiting} in line.")
        if not place.logged_in:
            told.append("No agent of this queue is logged in.")
        elif not place.ready:
            told.append(f"None of the {place.logged_in} agents who are logged in is ready.")
        else:
            told.append(f"Agents who are ready: {place.ready}. Its turn comes in a few seconds.")
    return told


def _do(org: str, work: Callable[[_House], Awaitable[Result]]) -> tuple[_House, Result]:
    settings = load_settings()
    catalogue = known_trees_now(settings, warn)
    organisation = one_of(catalogue.organisations, org, ORG_OPTION)

    async def done() -> tuple[_House, Result]:
        async with redis_of(settings) as redis:
            callbacks = Callbacks(redis, organisation.id, system_clock)
            house = _House(settings, catalogue, organisation, callbacks)
            return house, await work(house)

    return asyncio.run(done())


def _queue(organisation: Organisation, name: str) -> Described:
    require("queue", name, organisation.queues, "--queue")
    queue = organisation.queues[name]
    if queue.callback is None:
        raise typer.BadParameter(
            f"the queue {name} calls nobody back; give it “callback: {{}}” in organisation.yaml",
            param_hint="--queue",
        )
    return queue


def _time(at: datetime, organisation: Organisation, queue: Described) -> datetime:
    zone = organisation.time_zone
    due, now = at.replace(tzinfo=zone), datetime.now(UTC)
    hours = queue.callback and queue.callback.hours
    if due <= now:
        fault = "this time is over; name a later one"
    elif due > now + _FARTHEST:
        fault = f"more than {_FARTHEST.days} days ahead; name an earlier time"
    elif due.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != at:
        fault = "the clocks are put forward then, and this time is left out; name another one"
    elif hours and not organisation.hours[hours].open_at(due, zone):
        fault = f"outside the opening hours “{hours}”; name a time within them"
    else:
        return due
    raise typer.BadParameter(fault, param_hint="--at")


def _when(time_ms: int, house: _House) -> str:
    return f"{datetime.fromtimestamp(time_ms / 1000, house.organisation.time_zone):%Y-%m-%d %H:%M}"
