"""Each node type, on a call in memory."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.flow.call import QueueOutcome, QueueRequest, Utterance
from ivr.flow.engine import Run
from ivr.flow.memory import MemoryCall, Script
from ivr.flow.nodes import NODE_TYPES
from ivr.flow.trace import EndReason, RunResult
from ivr.flow.tree import Node
from tests.unit.flow.trees import ORGANISATION, tree_of

pytestmark = pytest.mark.unit

SAY = "{sv: hej, en: hello}"
MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)
SUNDAY = datetime(2026, 11, 22, 10, tzinfo=UTC)


async def walk(
    folder: Path, nodes: str, keys: str = "", began: datetime = MONDAY
) -> tuple[MemoryCall, RunResult]:
    call = MemoryCall(Script.parse(keys), dialled="100", began=began)
    return call, await Run(tree_of(folder, nodes), call, now=call.now).to_end()


def way(result: RunResult) -> list[tuple[str, str]]:
    return [(step.visit.node, step.outcome) for step in result.trace]


def test_every_module_of_nodes_is_one_node_type() -> None:
    modules = {cls.__module__.rpartition(".")[2].rstrip("_") for cls in NODE_TYPES.values()}
    assert set(NODE_TYPES) == modules


@pytest.mark.parametrize("cls", NODE_TYPES.values(), ids=NODE_TYPES)
def test_every_node_type_has_a_field_of_its_verb_and_a_docstring(cls: type[Node]) -> None:
    assert NODE_TYPES[cls.verb] is cls
    assert cls.verb in {info.alias or name for name, info in cls.model_fields.items()}
    assert cls.instant <= set(cls.model_fields)
    assert cls.__doc__


async def test_say_speaks_in_the_callers_language_and_goes_on(tmp_path: Path) -> None:
    call, result = await walk(tmp_path, f"  a: {{say: {SAY}, then: end}}\n")
    assert call.heard == [Utterance("hej", "sv")]
    assert way(result) == [("a", "said"), ("end", "hung_up")]
    assert result.reason is EndReason.TREE
    assert call.answered
    assert call.ended


async def test_hang_up_may_say_good_bye(tmp_path: Path) -> None:
    call, _ = await walk(tmp_path, f"  a: {{hang_up: {SAY}}}\n")
    assert call.heard == [Utterance("hej", "sv")]
    assert call.ended


LANGUAGE = (
    "  a: {language: {sv: tryck 1, en: press 2}, choices: {1: sv, 2: en}, then: b}\n"
    f"  b: {{say: {SAY}, then: end}}\n"
)


@pytest.mark.parametrize(
    ("keys", "language", "outcome", "asked"),
    [
        ("1", "sv", "chosen", 1),
        ("2", "en", "chosen", 1),
        (",2", "en", "chosen", 2),
        ("7,2", "en", "chosen", 2),
        (",", "sv", "default", 2),
        ("7,8", "sv", "default", 2),
    ],
)
async def test_language_is_chosen_by_key_and_asked_again_once(
    tmp_path: Path, keys: str, language: str, outcome: str, asked: int
) -> None:
    call, result = await walk(tmp_path, LANGUAGE, keys)
    assert way(result)[0] == ("a", outcome)
    assert call.heard[:2] == [Utterance("tryck 1", "sv"), Utterance("press 2", "en")]
    assert len(call.heard) == 2 * asked + 1
    assert call.heard[-1].language == language
    assert result.trace[1].visit.language == language


MENU = (
    "  a:\n"
    "    menu: {sv: välj, en: choose}\n"
    "    choices: {1: {goto: b}, '*': {goto: a}, '#': {goto: b}}\n"
    "    wait: 4 s\n"
    "    on_invalid: {say: {sv: fel, en: wrong}, repeat: 1, then: invalid}\n"
    "    on_silence: {repeat: 2, then: silent}\n"
    "  b: {hang_up: }\n"
    "  invalid: {hang_up: }\n"
    "  silent: {say: {sv: tyst, en: silent}, then: end}\n"
)


@pytest.mark.parametrize(
    ("keys", "expected", "heard"),
    [
        ("1", [("a", "choice"), ("b", "hung_up")], ["välj"]),
        ("#", [("a", "choice"), ("b", "hung_up")], ["välj"]),
        ("*,1", [("a", "choice"), ("a", "choice"), ("b", "hung_up")], ["välj", "välj"]),
        ("5,1", [("a", "choice"), ("b", "hung_up")], ["välj", "fel", "välj"]),
        ("5,6", [("a", "invalid"), ("invalid", "hung_up")], ["välj", "fel", "välj"]),
        (
            ",,",
            [("a", "silence"), ("silent", "said"), ("end", "hung_up")],
            ["välj", "no_key sv", "välj", "no_key sv", "välj", "tyst"],
        ),
        (
            ",5,,1",
            [("a", "choice"), ("b", "hung_up")],
            ["välj", "no_key sv", "välj", "fel", "välj", "no_key sv", "välj"],
        ),
    ],
)
async def test_menu_counts_silence_and_wrong_keys_apart(
    tmp_path: Path, keys: str, expected: list[tuple[str, str]], heard: list[str]
) -> None:
    call, result = await walk(tmp_path, MENU, keys)
    assert way(result) == expected
    assert [utterance.text for utterance in call.heard] == heard


async def test_a_key_pressed_ahead_interrupts_the_next_prompt(tmp_path: Path) -> None:
    call, result = await walk(tmp_path, MENU, "**1")
    assert [step.outcome for step in result.trace] == ["choice", "choice", "choice", "hung_up"]
    assert len(call.heard) == 3
    assert (call.now() - MONDAY).total_seconds() < 1


HOURS = (
    "  a: {hours: office, open: b, closed: c}\n  b: {hang_up: }\n"
    "  c: {say: {sv: x, en: x}, then: end}\n"
)


async def test_hours_lead_one_way_when_open_and_another_when_closed(tmp_path: Path) -> None:
    _, result = await walk(tmp_path, HOURS, began=MONDAY)
    assert way(result)[0] == ("a", "open")
    _, result = await walk(tmp_path, HOURS, began=SUNDAY)
    assert way(result)[:2] == [("a", "closed"), ("c", "said")]


QUEUE = (
    "  a: {queue: support, max_wait: 2 min, then: talked, on_timeout: late, on_nobody: alone}\n"
    "  talked: {hang_up: }\n  late: {hang_up: }\n  alone: {say: {sv: x, en: x}, then: end}\n"
)


@pytest.mark.parametrize(
    ("keys", "node", "outcome"),
    [
        ("a", "talked", QueueOutcome.TALKED),
        ("t", "late", QueueOutcome.TIMED_OUT),
        ("n", "alone", QueueOutcome.NOBODY),
    ],
)
async def test_queue_goes_on_as_the_ride_ended(
    tmp_path: Path, keys: str, node: str, outcome: QueueOutcome
) -> None:
    call, result = await walk(tmp_path, QUEUE, keys)
    assert call.rides == [QueueRequest("support", "sv", 120)]
    assert way(result)[0] == ("a", outcome.value)
    assert way(result)[1][0] == node


async def test_a_caller_who_will_be_called_back_is_hung_up_with_the_answers_kept(
    tmp_path: Path,
) -> None:
    nodes = (
        "  a: {menu: {sv: x, en: x}, choices: {1: {goto: q}}, on_invalid: {then: end},"
        " on_silence: {then: end}}\n"
        "  q: {queue: support, then: end, on_nobody: end}\n"
    )
    call, result = await walk(tmp_path, nodes, "1,c")
    assert call.rides == [QueueRequest("support", "sv", answers={"a": "q"})]
    assert way(result)[-1] == ("q", "called_back")
    assert (result.reason, call.ended) == (EndReason.TREE, True)


async def test_a_caller_who_hangs_up_in_the_queue_ends_the_run(tmp_path: Path) -> None:
    call, result = await walk(tmp_path, QUEUE, "h")
    assert (result.reason, result.last_node) == (EndReason.CALLER, "a")
    assert way(result) == [("a", "hung_up_on")]
    assert not call.ended


VOICEMAIL = "  a: {voicemail: box, greeting: {sv: tala, en: speak}, max_length: 30 s, then: end}\n"


async def test_voicemail_keeps_what_is_said(tmp_path: Path) -> None:
    call, result = await walk(tmp_path, VOICEMAIL)
    [(request, seconds)] = call.messages
    assert (request.mailbox, request.max_seconds) == ("box", 30)
    assert seconds > 0
    assert way(result) == [("a", "stored"), ("end", "hung_up")]


async def test_voicemail_of_silence_is_empty(tmp_path: Path) -> None:
    call, result = await walk(tmp_path, VOICEMAIL, ",")
    assert call.messages == []
    assert way(result)[0] == ("a", "empty")


async def test_a_text_speaks_its_variables(tmp_path: Path) -> None:
    call, _ = await walk(
        tmp_path,
        "  a: {say: {sv: '{{ organisation }} {{ language }} {{ dialled }}', en: x}, then: end}\n",
    )
    assert call.heard == [Utterance("Town Hall sv 100", "sv")]


async def test_hours_use_the_organisations_time_zone(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, HOURS, ORGANISATION.replace("Europe/Stockholm", "Asia/Tokyo"))
    call = MemoryCall(Script(()), dialled="100", began=MONDAY)
    result = await Run(tree, call, now=call.now).to_end()
    assert way(result)[0] == ("a", "closed")
