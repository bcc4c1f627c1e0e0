"""A caller who gives up, in the figures of the whole platform and in its report."""

from __future__ import annotations

import csv
import io

import pytest

from store.events import EventType
from tests.e2e.conftest import AGENT, until_nothing_is_left
from tests.e2e.rig.eventually import eventually
from tests.e2e.rig.journal import Journal
from tests.e2e.rig.phones import RECEPTION, AgentHandset, Ears, Handset
from tests.e2e.rig.platform import ORG, Platform
from tests.e2e.rig.reception import NEXT, walk_to_queue

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

CALLS_OF = {"org": ORG, "queue": "support"}
QUEUE_NODE = {"org": ORG, "tree": "reception", "node": "support", "kind": "queue"}


async def test_a_lost_caller_is_in_the_metrics_and_in_the_report(
    platform: Platform, caller: Handset, agent: AgentHandset, ears: Ears, journal: Journal
) -> None:
    await agent.pause("1", "Du är pausad: rast.", ears)
    visits = await platform.metric("vaxel_node_visits_total", **QUEUE_NODE)
    abandoned = await platform.metric("vaxel_calls_abandoned_total", **CALLS_OF)
    line = await caller.call(RECEPTION)
    await walk_to_queue(line, ears)
    await ears.hear(line, NEXT)
    await line.hang_up()
    contact = (await journal.wait(EventType.CALL_ABANDONED)).contact
    await until_nothing_is_left(platform)

    async def counted() -> bool:
        now = await platform.metric("vaxel_calls_abandoned_total", **CALLS_OF)
        return now == abandoned + 1

    await eventually(counted, why="the caller is counted")
    assert await platform.metric("vaxel_node_visits_total", **QUEUE_NODE) == visits + 1
    assert await platform.metric("vaxel_speech_up") == 1
    assert await platform.metric("vaxel_event_loop_delay_seconds_count") > 0
    assert await platform.metric("vaxel_calls_in_progress", org=ORG) == 0

    async def recorded() -> bool:
        lag = await platform.metric("vaxel_event_lag_seconds", org=ORG, consumer="contacts")
        return lag == 0

    await eventually(recorded, why="the SQL record has all events")
    code, told = await platform.vaxel(
        "report", "contacts", "--org", ORG, "--outcome", "abandoned", "--as", "csv"
    )
    assert code == 0, told
    assert contact in {row["contact"] for row in csv.DictReader(io.StringIO(told))}
    code, told = await platform.vaxel("report", "agents", "--org", ORG, "--as", "csv")
    assert code == 0, told
    (row,) = (one for one in csv.DictReader(io.StringIO(told)) if one["agent"] == AGENT)
    assert float(row["paused_seconds"]) > 0
