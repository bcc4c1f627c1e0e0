"""A lively contact centre on a platform with its Prometheus: every panel has a true answer."""

from __future__ import annotations

import asyncio
import shutil
import signal
import time
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from ruamel.yaml import YAML

from ivr.settings import CHECKOUT
from monitoring.dashboards import BOARDS, board_named
from monitoring.dashboards.asking import Answer, Span, ask, values_of
from monitoring.dashboards.model import Unit
from monitoring.metrics.agents import AGENT_PAUSE_SECONDS
from monitoring.prometheus import SCRAPE_SECONDS, Prometheus
from store.events import EventType
from tests.e2e.conftest import RESULTS, until_nothing_is_left
from tests.e2e.rig.eventually import eventually
from tests.e2e.rig.journal import Journal
from tests.e2e.rig.platform import ORG, Platform
from tests.e2e.rig.trees import copy_demo

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(300),
]

SEED = "2310"
"""By it two agents take a break soon, and several of the first callers speak."""

LIVELY_SECONDS = 150
SEEN = (
    EventType.CALL_ABANDONED,
    EventType.VOICEMAIL_STORED,
    EventType.RECORDING_STORED,
    EventType.AGENT_PAUSED,
)
"""What has to happen before the panels are looked at, a spoken choice and a callback besides."""

PLAUSIBLE = {
    Unit.COUNT: (0, 10_000),
    Unit.PER_MINUTE: (0, 100_000),
    Unit.SECONDS: (0, 3_600),
    Unit.SHARE: (0, 1),
    Unit.BYTES: (1e6, 1e10),
    Unit.NUMBER: (0, 100),
    Unit.SWITCH: (0, 1),
}

NOT_NOTHING = {
    "overview": {
        *("Offered", "Answered", "Abandoned", "Abandonment", "Service level", "Speed of answer"),
        *("Called back", "Occupancy", "Waiting by queue", "Calls a minute", "Every queue"),
        *("Agents by state", "Service level, moving", "Contacts", "Messages"),
        *("How contacts ended", "Where callers go"),
    },
    "queue": {
        *("Service level", "Speed of answer", "Abandonment", "Handle time", "Outcomes"),
        *("Answered within", "Wait of answered calls, moving", "Who gives up"),
        *("Conversation and after-call work", "Offers a conversation"),
    },
    "agents": {
        *("Occupancy", "Handle time", "Time by state", "Pauses by reason", "Agents by state"),
        *("Offers a minute",),
    },
    "callbacks": {
        *("Asked for", "Talked", "Reached", "Wait", "From promise to conversation"),
        *("How they ended", "Promised by queue", "Wait for the callback, moving"),
    },
    "platform": {
        *("Controller", "Asterisk", "Redis", "Speech", "Events", "Event-loop delay", "Calls"),
        *("Processor", "Memory", "Runs since", "Figures", "Round trips", "Version"),
        *("Asterisk's events a minute", "What menus heard", "Sound decoded", "Stored"),
        *("Recognitions",),
        *("Room on the disk",),
    },
}
"""Panels that cannot all be zero after that, by board."""

NO_ANSWER = {
    "overview": {
        *("Talk after a transfer", "Time in a conference"),
        *("Average score", "Scores", "Every question"),
    },
    "queue": {"Estimates that held", "Error of estimates, moving", "Hold"},
    "agents": {"Talk in calls of their own", "Length of stay"},
}
"""Panels that need have none: the demo's trees transfer nobody, and ask nobody's opinion; no agent
lets anybody hold or calls anybody, and no supervisor is there. A wait is estimated once five calls
of its queue are over, and may not be answered so soon after that.
"""


def _lively_trees(folder: Path) -> Path:
    """The demo organisation, whose callers and agents need not wait long for each other."""
    file = copy_demo(folder) / "organisation.yaml"
    yaml = YAML()
    organisation = yaml.load(file)
    for queue in organisation["queues"].values():
        queue |= {"ring": "8 s", "wrapup": "2 s"}
    organisation["queues"]["support"]["callback"] = {"after": "2 s"}
    organisation["hours"]["office"] = {"weekly": {"mon-sun": "closed"}}
    yaml.dump(organisation, file)
    return folder


@asynccontextmanager
async def _platform() -> AsyncIterator[Platform]:
    """A platform of the test's own with a Prometheus; a failure leaves its logs behind."""
    it = Platform(_lively_trees, prometheus=True)
    try:
        await it.start()
        yield it
    except (AssertionError, TimeoutError):
        folder = RESULTS / "dashboards"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        it.keep_evidence(folder)
        raise
    finally:
        try:
            await it.stop()
        finally:
            it.remove()


async def test_a_lively_house_gives_every_panel_of_every_dashboard_a_true_answer() -> None:
    async with _platform() as platform:
        began = time.time()
        journal = await Journal.from_now(platform.redis)
        async with _demo(platform), _scraped_each_second(platform):
            for kind in SEEN:
                await journal.wait(kind, seconds=LIVELY_SECONDS)
            await journal.wait(EventType.SPEECH_HEARD, seconds=LIVELY_SECONDS, outcome="match")
            await journal.wait(EventType.CALLBACK_ENDED, seconds=LIVELY_SECONDS, outcome="talked")
            await eventually(lambda: _has_paused(platform), seconds=LIVELY_SECONDS)
            await _judge_panels_and_rules(platform, began)
            await _look_in_the_terminal(platform)
        await until_nothing_is_left(platform)
        for reason in ("failed", "lost"):
            assert await platform.metric("vaxel_contacts_ended_total", reason=reason) == 0
        await eventually(lambda: _everybody_is_home(platform))


async def _has_paused(platform: Platform) -> bool:
    return await platform.metric(AGENT_PAUSE_SECONDS.name) > 0


async def _everybody_is_home(platform: Platform) -> bool:
    return await platform.metric("vaxel_agents", org=ORG, state="logged_out") == 3


@asynccontextmanager
async def _demo(platform: Platform) -> AsyncIterator[None]:
    """`vaxel demo` beside the block, ended as a person does."""
    demo = await _vaxel(platform, "demo", "--rate", "30", "--seed", SEED)
    told = asyncio.create_task(demo.communicate())
    try:
        yield
    finally:
        demo.send_signal(signal.SIGINT)
        said = (await told)[0].decode()
    assert demo.returncode == 0, said
    assert "Everybody hangs up and goes home." in said


@asynccontextmanager
async def _scraped_each_second(platform: Platform) -> AsyncIterator[None]:
    """A careless Prometheus beside the block; no scrape is refused."""

    async def scrape() -> None:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{platform.settings.http.port}") as http:
            while True:
                async with http.get("/metrics") as answer:
                    answer.raise_for_status()
                    await answer.read()
                await asyncio.sleep(1)

    scraping = asyncio.create_task(scrape())
    try:
        yield
    finally:
        scraping.cancel()
        await asyncio.wait([scraping])
    assert scraping.cancelled(), scraping.exception()


async def _judge_panels_and_rules(platform: Platform, began: float) -> None:
    async with Prometheus(f"http://127.0.0.1:{platform.settings.prometheus.port}") as prometheus:
        await _until_scraped(prometheus, time.time())
        faults = [
            fault
            for board in BOARDS
            for answer in await ask(
                board,
                prometheus,
                await values_of(board, prometheus, {"org": ORG}),
                Span(began, time.time()),
            )
            for fault in _faults(board.name, answer)
        ]
        rules = await prometheus.rules()
    assert not faults, "\n".join(faults)
    assert rules
    assert not [rule for rule in rules if rule["health"] != "ok" or rule.get("lastError")]
    critical = {
        rule["name"]
        for rule in rules
        if rule["state"] == "firing" and rule["labels"]["severity"] == "critical"
    }
    # the disk of the machine may be so; three agents may all pause while somebody waits
    assert critical <= {"DiskNearlyFull", "NobodyForWaitingCallers"}


def _faults(board: str, answer: Answer) -> Iterator[str]:
    """What is wrong with a panel's answer: a query without one, an odd number, nothing at all."""
    panel = answer.panel
    numbers: list[float] = []
    for query, series in answer.found:
        found = [value for one in series for _, value in one.points]
        low, high = PLAUSIBLE[query.unit or panel.unit]
        if not found and panel.title not in NO_ANSWER.get(board, ()):
            yield f"{board}, {panel.title}: no answer to {query.promql}"
        odd = [value for value in found if not low <= value <= high]
        if odd:
            yield f"{board}, {panel.title}: {odd} is no plausible {panel.unit}"
        numbers += found
    if panel.title in NOT_NOTHING[board] and not any(numbers):
        yield f"{board}, {panel.title}: nothing but zeros"


async def _until_scraped(prometheus: Prometheus, since: float) -> None:
    """Wait until Prometheus has seen all that has happened before, in two scrapes."""

    async def is_scraped() -> bool:
        (newest,) = await prometheus.instant('timestamp(up{job="vaxel"})', time.time())
        return newest.last > since + SCRAPE_SECONDS

    await eventually(is_scraped, seconds=6 * SCRAPE_SECONDS, why="Prometheus scrapes")


async def _look_in_the_terminal(platform: Platform) -> None:
    """`vaxel dashboards` and `vaxel status` show the same house."""
    looking = await _vaxel(platform, "dashboards", "callbacks", "--since", "5m")
    shown = (await looking.communicate())[0].decode()
    assert looking.returncode == 0, shown
    assert all(panel.title in shown for panel in board_named("callbacks").panels)
    looking = await _vaxel(platform, "dashboards", "--org", "nobody")
    assert b"choose one of: demo." in (await looking.communicate())[0]
    assert looking.returncode == 2
    looking = await _vaxel(platform, "status")
    shown = (await looking.communicate())[0].decode()
    assert looking.returncode == 0, shown
    (support,) = [line.split() for line in shown.splitlines() if line.startswith("demo/support")]
    answered, _, called_back = (int(number) for number in support[-3:])
    assert answered > 0
    assert called_back > 0


async def _vaxel(platform: Platform, *arguments: str) -> Process:
    command, *rest = platform.command(*arguments)
    return await asyncio.create_subprocess_exec(
        command, *rest, cwd=CHECKOUT, env=platform.environment, stdout=PIPE, stderr=STDOUT
    )
