from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.flow.call import (
    CallerHungUp,
    CallFailed,
    Cause,
    QueueAway,
    QueueOutcome,
    QueueRequest,
    Utterance,
)
from ivr.flow.engine import MAX_STEPS, Run
from ivr.flow.memory import MemoryCall, Script
from ivr.flow.trace import EndReason, Fault, Observed, Visit
from tests.unit.flow.trees import tree_of

pytestmark = pytest.mark.unit

SAY = "{sv: hej, en: hello}"
NODES = (
    f"  a: {{say: {SAY}, then: b}}\n"
    "  b: {menu: {sv: välj, en: choose}, choices: {1: {goto: c}, 9: {goto: b}},"
    " on_invalid: {then: end}, on_silence: {then: end}}\n"
    "  c: {queue: support, then: d, on_nobody: end}\n"
    "  d: {voicemail: box, greeting: {sv: tala, en: speak}, then: end}\n"
)


class FragileCall(MemoryCall):
    """A call on which the given operation raises, after so many that went well."""

    def __init__(self, keys: str, operation: str, error: Exception, after: int = 0) -> None:
        super().__init__(Script.parse(keys), dialled="100")
        self._operation, self._error, self._left = operation, error, after

    def _maybe(self, operation: str) -> None:
        if operation == self._operation:
            if self._left == 0:
                raise self._error
            self._left -= 1

    async def answer(self) -> None:
        self._maybe("answer")
        await super().answer()

    async def say(self, utterance: Utterance, *, interrupt: str = "") -> str:
        self._maybe("say")
        return await super().say(utterance, interrupt=interrupt)

    async def collect(self, *, first: str = "", count: int, wait: float, stop: str = "#") -> str:
        self._maybe("collect")
        return await super().collect(first=first, count=count, wait=wait, stop=stop)

    async def queue(self, request: QueueRequest) -> QueueOutcome:
        self._maybe("queue")
        return await super().queue(request)

    async def hang_up(self, cause: Cause = Cause.NORMAL) -> None:
        self._maybe("hang_up")
        await super().hang_up(cause)


STEPS = [
    ("answer", 0, ""),
    ("say", 0, "a"),
    ("say", 1, "b"),
    ("collect", 0, "b"),
    ("queue", 0, "c"),
    ("say", 2, "d"),
]


@pytest.mark.parametrize(("operation", "after", "node"), STEPS)
async def test_a_hang_up_at_any_step_is_the_normal_end(
    tmp_path: Path, operation: str, after: int, node: str
) -> None:
    call = FragileCall("1,a", operation, CallerHungUp(), after)
    result = await Run(tree_of(tmp_path, NODES), call, now=call.now).to_end()
    assert (result.reason, result.last_node, result.fault) == (EndReason.CALLER, node, None)
    assert not call.ended


@pytest.mark.parametrize(
    ("operation", "node", "error", "fault"),
    [
        ("answer", "", CallFailed("no channel"), Fault.CALL),
        ("answer", "", OSError("x"), Fault.CALL),
        ("collect", "b", CallFailed("no channel"), Fault.CALL),
        ("queue", "c", CallFailed("no Redis"), Fault.CALL),
        ("collect", "b", KeyError("x"), Fault.NODE),
        ("queue", "c", KeyError("x"), Fault.NODE),
    ],
)
async def test_a_failure_is_told_to_the_caller_and_ends_the_call(
    tmp_path: Path, operation: str, node: str, error: Exception, fault: Fault
) -> None:
    call = FragileCall("1,a", operation, error)
    result = await Run(tree_of(tmp_path, NODES), call, now=call.now).to_end()
    assert (result.reason, result.last_node, result.fault) == (EndReason.FAILED, node, fault)
    assert call.heard[-1] == Utterance("technical_fault sv", "sv")
    assert call.ended


async def test_a_call_that_cannot_even_speak_still_ends(tmp_path: Path) -> None:
    for error, fault in ((CallFailed("no sound"), Fault.CALL), (OSError("x"), Fault.NODE)):
        call = FragileCall("", "say", error)
        result = await Run(tree_of(tmp_path, NODES), call, now=call.now).to_end()
        assert (result.reason, result.fault) == (EndReason.FAILED, fault)
        assert call.ended


@pytest.mark.parametrize("error", [CallFailed("gone"), CallerHungUp(), OSError("x")])
async def test_a_caller_who_is_gone_before_our_hang_up_changes_nothing(
    tmp_path: Path, error: Exception
) -> None:
    call = FragileCall("", "hang_up", error)
    result = await Run(tree_of(tmp_path, f"  a: {{hang_up: {SAY}}}\n"), call, now=call.now).to_end()
    assert result.reason is EndReason.TREE


async def test_a_stop_of_the_controller_is_not_swallowed(tmp_path: Path) -> None:
    call = FragileCall("1", "queue", asyncio.CancelledError())  # type: ignore[arg-type]  # as a stop
    with pytest.raises(asyncio.CancelledError):
        await Run(tree_of(tmp_path, NODES), call, now=call.now).to_end()


async def test_a_queue_that_is_away_ends_the_run_without_a_word(tmp_path: Path) -> None:
    call = FragileCall("1", "queue", QueueAway())
    with pytest.raises(QueueAway):
        await Run(tree_of(tmp_path, NODES), call, now=call.now).to_end()
    assert call.heard[-1].text == "välj"
    assert not call.ended


async def test_a_caller_who_plays_for_ever_is_ended(tmp_path: Path) -> None:
    call = MemoryCall(Script(["9"] * (2 * MAX_STEPS)), dialled="100")
    result = await Run(tree_of(tmp_path, NODES), call, now=call.now).to_end()
    assert (result.reason, result.fault) == (EndReason.FAILED, Fault.TOO_MANY_STEPS)
    assert len(result.trace) == MAX_STEPS
    assert call.heard[-1].text == "technical_fault sv"


async def test_the_observer_sees_each_node_before_its_work(tmp_path: Path) -> None:
    call = MemoryCall(Script.parse("1,a"), dialled="100")
    seen: list[tuple[str, str, int]] = []

    async def observe(visit: Observed) -> None:
        assert isinstance(visit, Visit)
        assert visit.at == call.now()
        seen.append((visit.node, visit.kind, len(call.heard)))

    await Run(tree_of(tmp_path, NODES), call, now=call.now, observe=observe).to_end()
    assert seen == [
        ("a", "say", 0),
        ("b", "menu", 1),
        ("c", "queue", 2),
        ("d", "voicemail", 2),
        ("end", "hang_up", 3),
    ]


async def test_an_observer_that_fails_does_not_cost_the_call(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def observe(what: Observed) -> None:
        raise ConnectionError("store is down")

    call = MemoryCall(Script.parse("1,a"), dialled="100")
    result = await Run(tree_of(tmp_path, NODES), call, now=call.now, observe=observe).to_end()
    assert result.reason is EndReason.TREE
    assert "a visit could not be noted" in caplog.messages


async def test_a_failing_expression_is_logged_and_the_rest_is_spoken(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    nodes = "  a: {say: {sv: 'Hej {{ caller / 2 }} där', en: x}, then: end}\n"
    call = MemoryCall(Script(()), dialled="100")
    result = await Run(tree_of(tmp_path, nodes), call, now=call.now).to_end()
    assert call.heard == [Utterance("Hej där", "sv")]
    assert [step.fault for step in result.trace] == [Fault.EXPRESSION, None]
    assert result.reason is EndReason.TREE
    assert "an expression failed; the rest of the text is spoken" in caplog.messages


async def test_a_text_of_nothing_but_a_failing_expression_is_passed_over(tmp_path: Path) -> None:
    nodes = "  a: {say: {sv: '{{ 1 / 0 }}', en: x}, then: end}\n"
    call = MemoryCall(Script(()), dialled="100")
    result = await Run(tree_of(tmp_path, nodes), call, now=call.now).to_end()
    assert call.heard == []
    assert result.trace[0].fault is Fault.EXPRESSION


async def test_a_call_is_taken_up_at_its_old_place_and_language(tmp_path: Path) -> None:
    call = MemoryCall(Script.parse("a"), dialled="100")
    run = Run(tree_of(tmp_path, NODES), call, now=call.now, start="c", language="en")
    result = await run.to_end()
    assert [step.visit.node for step in result.trace] == ["c", "d", "end"]
    assert call.heard == [Utterance("speak", "en")]


async def test_a_place_or_language_that_is_gone_begins_anew(tmp_path: Path) -> None:
    call = MemoryCall(Script(()), dialled="100")
    run = Run(tree_of(tmp_path, NODES), call, now=call.now, start="gone", language="fi")
    result = await run.to_end()
    assert result.trace[0].visit.node == "a"
    assert call.heard[0].language == "sv"


async def test_the_trace_tells_when_each_node_was_left_and_logs_no_personal_data(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "ivr.flow")
    began = datetime(2026, 11, 23, 10, tzinfo=UTC)
    call = MemoryCall(Script.parse("1,a"), dialled="100", caller="+46701740605", began=began)
    result = await Run(tree_of(tmp_path, NODES), call, now=call.now).to_end()
    assert [(step.visit.node, step.visit.kind, step.outcome) for step in result.trace] == [
        ("a", "say", "said"),
        ("b", "menu", "choice"),
        ("c", "queue", "talked"),
        ("d", "voicemail", "stored"),
        ("end", "hang_up", "hung_up"),
    ]
    times = [step.visit.at for step in result.trace]
    assert times[0] == began
    assert times == sorted(times)
    records = [record for record in caplog.records if record.message == "node left"]
    assert [vars(record)["node"] for record in records] == ["a", "b", "c", "d", "end"]
    assert {vars(record)["contact"] for record in records} == {"memory-1"}
    assert not any("+46701740605" in str(vars(record)) for record in caplog.records)
