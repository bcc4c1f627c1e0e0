"""What a person sees: the one screen when all is ready, and the table of ``vaxel status``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from ivr.flow.load import Catalogue
from ivr.flow.organisation import Organisation
from ivr.live.ask import TreesStanding
from ivr.platform.alarms import Alarm
from ivr.platform.asterisk import AsteriskProgram
from ivr.platform.floor import Floor, QueueLine
from ivr.platform.paths import Layout
from ivr.platform.secrets import PHONES, Secrets
from ivr.platform.status import PartStatus
from ivr.settings import Settings
from ivr.world.tree_pins import pin_names

_MOST_QUEUES = 20
_FEW = 3
"""Of so many organisations each is told of by itself, also when there is nothing to tell."""
_MOST_ROWS = 12
_FIRST = "demo"
_MAIN = "main"

FEATURE_CODES = {
    "*10": "how you stand",
    "*11": "log in",
    "*12": "log out",
    "*13": "pause",
    "*14": "be ready",
    "*15": "more wrap-up",
    "*16": "result of the call",
    "*20": "supervise",
}
"""What an agent or supervisor dials, as in the dialplan's context ``agents``."""

TALK_CODES = {"*7": "pause the recording", "*8": "begin it or let it go on"}
"""What an agent keys in a conversation, as in ``features.conf``."""


def ready_screen(
    settings: Settings,
    layout: Layout,
    secrets: Secrets,
    program: AsteriskProgram,
    catalogue: Catalogue,
) -> RenderableType:
    """Everything that a first call needs, on one screen.

    Of a city with many organisations one is told in full, the demo where it is there.
    """
    address = f"{settings.asterisk.sip_host}:{settings.asterisk.sip_port}"
    http = f"http://{settings.http.host}:{settings.http.port}"

    numbers = _grid()
    shown, others = _in_full(catalogue)
    for tree in catalogue.trees:
        if tree.numbers and tree.organisation.id in shown:
            numbers.add_row(", ".join(tree.numbers), f"{tree.organisation.name}, {tree.name}")

    phones = _grid()
    for name in PHONES:
        use = "calls in" if name == "caller" else "an agent's phone"
        phones.add_row(name, secrets.phones[name], use)

    agents = _grid()
    for organisation in shown.values():
        for number, agent in organisation.agents.items():
            agents.add_row(number, secrets.pins[number], f"{agent.name}, {organisation.name}")
        for number, one in organisation.supervisors.items():
            told = f"{one.name}, supervisor, {organisation.name}"
            agents.add_row(number, secrets.pins[number], told)

    asked = _grid()
    for name in pin_names(catalogue):
        asked.add_row(name, secrets.pins[name], "asked for by a call tree")
    pins = Group(_head("PINs (name, PIN)"), asked) if asked.rows else Group()

    dialled, keyed = (
        ", ".join(f"{code} {meaning}" for code, meaning in codes.items())
        for codes in (FEATURE_CODES, TALK_CODES)
    )
    body = Group(
        _head("Numbers to call"),
        numbers,
        _others(catalogue, others),
        _head(f"SIP accounts (name, password) on {address}, UDP"),
        phones,
        _head("Agents and supervisors (number, PIN)"),
        agents,
        pins,
        Text(f"On an agent's phone: {dialled}", style="dim"),
        Text(f"In a conversation: {keyed}", style="dim"),
        _head("Where things are"),
        Text(f"  Metrics   {http}/metrics{_prometheus(settings)}"),
        Text(f"  State     {layout.state} (passwords in {layout.secrets.name})"),
        Text(f"  Logs      {layout.log}"),
        Text(f"  Asterisk  {program.version}"),
        _head("Stop with Ctrl-C, or with `make down` from another terminal."),
    )
    return Panel(body, title="Växel is ready", title_align="left", expand=False)


def _in_full(
    catalogue: Catalogue,
) -> tuple[Mapping[str, Organisation], Mapping[str, Organisation]]:
    """The organisations that are told in full, and the others, by id."""
    everybody = dict(catalogue.organisations)
    rows = len(catalogue.trees) + sum(len(one.people) for one in everybody.values())
    if rows <= _MOST_ROWS:
        return everybody, {}
    first = _FIRST if _FIRST in everybody else next(iter(everybody))
    return {first: everybody.pop(first)}, everybody


def _others(catalogue: Catalogue, others: Mapping[str, Organisation]) -> RenderableType:
    """A number of each of the ``others``, and where their agents' PINs are."""
    if not others:
        return Group()
    trees = sorted(catalogue.trees, key=lambda tree: tree.name == _MAIN)  # which is told, if any
    numbers = {tree.organisation.id: tree.numbers[-1] for tree in trees if tree.numbers}
    told = sorted(f"{numbers[org]} {org}" for org in others if org in numbers)
    return Text(f"{', '.join(told)}; their agents' PINs are with the passwords", "dim")


def status_table(parts: Sequence[PartStatus], now: datetime) -> RenderableType:
    """What runs, since when, and below it what is wrong."""
    table = Table(box=None, pad_edge=False)
    for heading in ("part", "process", "since", "restarts", "health"):
        table.add_column(heading)
    for part in parts:
        runs = part.pid is not None
        since = datetime.fromtimestamp(part.since, now.tzinfo) if part.since else None
        table.add_row(
            part.name,
            str(part.pid) if runs else "-",
            f"{since:%Y-%m-%d %H:%M:%S}" if since else "-",
            str(part.restarts) if runs else "-",
            Text("well", "green") if not part.wrong else Text("not well", "bold red"),
        )
    figures = [
        Text(
            f"{part.name}: " + ", ".join(f"{name} {value}" for name, value in part.figures.items())
        )
        for part in parts
        if part.figures
    ]
    return Group(table, *figures, *(Text(part.wrong) for part in parts if part.wrong))


def _in_time(queue: QueueLine) -> Text:
    """The share of a queue's callers that was answered in time, and that which shall be."""
    told = "-" if queue.in_time is None else f"{queue.in_time:.0%}"
    missed = queue.in_time is not None and queue.in_time < (queue.target or 0)
    aim = f"{queue.org}/{queue.queue} {told} of {queue.target or 0:.0%}"
    return Text(aim, "bold red" if missed else "")


def floor_table(floor: Floor) -> RenderableType:
    """Who waits in which queue, and what the agents do; the busiest queues first."""
    busiest = sorted(floor.queues, key=lambda q: (-q.waiting - q.callbacks, q.org, q.queue))
    table = Table(box=None, pad_edge=False)
    names = [f"{queue.org}/{queue.queue}" for queue in busiest[:_MOST_QUEUES]]
    table.add_column("queue", min_width=max(map(len, names), default=0))  # never half a name
    for heading in ("waiting", "longest", "callbacks", "answered", "abandoned", "called back"):
        table.add_column(heading, justify="right")
    for name, queue in zip(names, busiest, strict=False):
        table.add_row(
            name,
            Text(str(queue.waiting), "bold" if queue.waiting else ""),
            _minutes(queue.oldest_seconds) if queue.waiting else "-",
            str(queue.callbacks),
            str(queue.answered),
            str(queue.abandoned),
            str(queue.called_back),
        )
    at_home = [org for org, by_state in floor.agents.items() if not _anybody_works(by_state)]
    if len(at_home) <= _FEW:
        at_home = []
    told = [
        Text(f"agents of {org}: " + ", ".join(_agents(by_state)))
        for org, by_state in floor.agents.items()
        if org not in at_home
    ]
    if at_home:
        told.append(Text(f"agents of {len(at_home)} organisations: all logged out", "dim"))
    more = len(busiest) - _MOST_QUEUES
    rest = [Text(f"and {more} queues that are quieter", "dim")] if more > 0 else []
    aims = [_in_time(queue) for queue in busiest[:_MOST_QUEUES] if queue.target is not None]
    in_time = [Text("answered in time: ").append(Text(", ").join(aims))] if aims else []
    return Group(table, *rest, *in_time, *told)


def alarm_lines(alarms: Sequence[Alarm]) -> RenderableType:
    """What is wrong by the alert rules, and what to do."""
    return Group(
        *(
            Text.assemble(
                (alarm.summary, "bold red" if alarm.critical else "yellow"), " ", alarm.action
            )
            for alarm in alarms
        )
    )


def trees_lines(trees: Sequence[TreesStanding]) -> RenderableType:
    """Which version of its call trees each organisation's calls get, and which are refused."""
    lines = []
    served = [one for one in trees if one.version]
    if len(served) > _FEW:
        newest = max(served, key=lambda one: one.since)
        since = datetime.fromisoformat(newest.since).astimezone()
        lines.append(
            Text(
                f"call trees of {len(served)} organisations, the newest since "
                f"{since:%Y-%m-%d %H:%M}: {newest.org}, version {newest.version}"
            )
        )
    for one in trees:
        if one.version and len(served) <= _FEW:
            since = datetime.fromisoformat(one.since).astimezone()
            lines.append(
                Text(f"call trees of {one.org}: version {one.version} since {since:%Y-%m-%d %H:%M}")
            )
        if one.refused:
            lines.append(
                Text.assemble((f"newer ones of {one.org} are refused: ", "bold red"), one.refused)
            )
    return Group(*lines)


def _anybody_works(by_state: Mapping[str, int]) -> bool:
    return any(count for state, count in by_state.items() if state != "logged_out")


def _agents(by_state: Mapping[str, int]) -> list[str]:
    return [f"{count} {state.replace('_', ' ')}" for state, count in by_state.items()]


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def _prometheus(settings: Settings) -> str:
    prometheus = settings.prometheus
    if not prometheus.enabled:
        return ""
    return f", in Prometheus http://{prometheus.host}:{prometheus.port}"


def _grid() -> Table:
    return Table(box=None, show_header=False, padding=(0, 1, 0, 2))


def _head(text: str) -> Text:
    return Text(text, "bold")
