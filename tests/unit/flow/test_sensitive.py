"""What is sensitive leaves the call nowhere, whatever the tree does and whatever goes wrong."""

from __future__ import annotations

import copy
import json
import logging
import pickle
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.calls.stand import Stand
from ivr.flow.call import CallFailed, QueueOutcome, QueueRequest
from ivr.flow.engine import Run
from ivr.flow.memory import MemoryCall, Script
from ivr.flow.pins import KnownPins
from ivr.flow.sensitive import Sensitive
from ivr.flow.trace import Observed
from tests.unit.flow.nodes.walk import walk
from tests.unit.flow.trees import check_nodes, tree_of

pytestmark = pytest.mark.unit

BEGAN = datetime(2026, 11, 23, 10, tzinfo=UTC)
RETRIES = "on_invalid: {repeat: 0, then: b}, on_silence: {repeat: 0, then: b}"


def test_a_sensitive_value_shows_nothing() -> None:
    value = Sensitive("8112289874")
    assert {str(value), repr(value), f"{value}", f"{value:>9}", "%s" % value} == {"***"}  # noqa: UP031 - as logging does
    assert (repr([value]), repr({"x": value})) == ("[***]", "{'x': ***}")


def test_a_sensitive_value_is_neither_serialised_nor_copied() -> None:
    value = Sensitive("8112289874")
    for store in (json.dumps, pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            store(value)
    assert not hasattr(value, "__dict__")
    assert value.reveal() == "8112289874"


class Leaky(MemoryCall):
    """A call that breaks down in the queue after it has heard everything."""

    async def queue(self, request: QueueRequest) -> QueueOutcome:
        await super().queue(request)
        raise CallFailed("no queue")


USES = [
    "  b: {set: {copy: '{{ secret }}', text: 'it is {{ secret }}', sum: '{{ secret|int + 1 }}'},"
    " then: c}\n",
    "  b: {set: {copy: '{{ secret / 0 }}', text: '{{ secret - 1 }}', sum: '{{ secret|first }}'},"
    " then: c}\n",
    "  b: {set: {copy: '{{ \"a\" ~ secret }}', text: '{{ -secret }}', sum: '{{ secret > 1 }}'},"
    " then: c}\n",
]
REST = (
    "  c: {say: {sv: 'x {{ copy }} {{ text }} {{ sum }}', en: x}, then: d}\n"
    "  d: {branch: [{when: copy == '1', goto: e}, {when: secret > 1, goto: e}], otherwise: e}\n"
    "  e: {pin: {sv: pin, en: x}, of: door, attempts: 1, then: f, on_wrong: f}\n"
    "  f: {say: {sv: '{{ sum }}', en: x}, then: g}\n"
    "  g: {queue: support, then: end, on_nobody: end}\n"
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    secret=st.text("0123456789", min_size=7, max_size=12),
    uses=st.sampled_from(USES),
    fails=st.booleans(),
)
async def test_no_trace_log_event_request_or_word_holds_it(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    secret: str,
    uses: str,
    fails: bool,
) -> None:
    caplog.clear()
    caplog.set_level(logging.DEBUG)
    ask = f"  a: {{collect: {{sv: x, en: x}}, into: secret, sensitive: true, {RETRIES}, then: b}}\n"
    tree = tree_of(tmp_path, ask + uses + REST)
    script = Script.parse(f"{secret}#,{secret}#,a")
    call = (Leaky if fails else MemoryCall)(script, dialled="100", began=BEGAN)
    seen: list[Observed] = []

    async def observe(what: Observed) -> None:
        seen.append(what)

    pins = KnownPins({"door": "1"})
    run = Run(tree, call, now=call.now, observe=observe, pins=pins)
    result = await run.to_end()

    assert result.trace[-1].visit.node == ("g" if fails else "end")
    [ride] = call.rides
    stand = Stand("g", "sv", run.answers, run.values)
    told = [
        *(repr(vars(record)) + record.getMessage() for record in caplog.records),
        *(str(record.exc_info) for record in caplog.records),
        repr(result),
        repr(seen),
        repr(call.heard),
        repr((ride, dict(ride.values), ride.answers)),
        repr(run.values),
        stand.place() + stand.luggage(),
    ]
    assert not [text for text in told if secret in text]
    assert "secret" not in ride.values


async def test_conditions_may_look_at_what_is_hidden(tmp_path: Path) -> None:
    nodes = (
        f"  a: {{collect: {{sv: x, en: x}}, into: age, as: number, sensitive: true, {RETRIES},"
        " then: b}\n"
        "  b: {branch: [{when: age >= 65, goto: old}], otherwise: end}\n  old: {hang_up: }\n"
    )
    assert (await walk(tmp_path, nodes, "70#")).way[-1][0] == "old"
    assert (await walk(tmp_path, nodes, "60#")).way[-1][0] == "end"


async def test_a_value_that_is_set_anew_without_the_hidden_one_is_open(tmp_path: Path) -> None:
    nodes = (
        f"  a: {{collect: {{sv: x, en: x}}, into: x, sensitive: true, {RETRIES}, then: b}}\n"
        "  b: {set: {y: '{{ x }}', x: 1, z: '{{ x }}'}, then: end}\n"
    )
    assert (await walk(tmp_path, nodes, "70#")).run.values == {"x": 1, "z": 1}


@pytest.mark.parametrize("written", ["true", "yes", "'True'", "on"])
def test_a_text_that_would_speak_it_is_refused(tmp_path: Path, written: str) -> None:
    nodes = (
        f"  a: {{collect: {{sv: x, en: x}}, into: pnr, sensitive: {written}, {RETRIES}, then: b}}\n"
        "  b: {say: {sv: «'Du är {{ pnr }}', en: x}, then: end}\n"
    )
    found = check_nodes(tmp_path, nodes)
    assert found.places == found.marked
    assert found.messages == ["“pnr” is sensitive and is never spoken"]
