"""The nodes that touch the world outside of the tree, in a world in memory."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ivr.flow.call import RECORDED, CallFailed, Cause, QueueOutcome, QueueRequest, Utterance
from ivr.flow.engine import EndReason, Run, RunResult
from ivr.flow.load import load_all
from ivr.flow.memory import MemoryCall, Script
from ivr.flow.prompts import utterances
from ivr.flow.world import (
    Announced,
    CallbackWish,
    QueueFigure,
    Remembered,
    TextMessage,
    TransferOutcome,
    WebFailed,
)
from tests.unit.flow.trees import DEMO, ORGANISATION, tree_of

pytestmark = pytest.mark.unit

MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)
SAY = "{sv: hej, en: hello}"
CALLER = "+46 70 174 06 05"
WORLDLY = f"""{ORGANISATION}
http_hosts: [api.example.se, "localhost:8080", 127.0.0.0/8]
transfers: ["+46 8 465 004 00", "+46 31*", "sip:partner.example.se", "112"]
callers:
  blocked: ["+46 900*"]
  vip: ["070-174 06 05"]
  keep: 30 days
announcements:
  storm: {{sv: Det stormar., en: There is a storm.}}
"""


def line(keys: str = "", caller: str = CALLER) -> MemoryCall:
    return MemoryCall(Script.parse(keys), dialled="100", caller=caller, began=MONDAY)


async def walk(folder: Path, nodes: str, call: MemoryCall) -> RunResult:
    return await Run(tree_of(folder, nodes, WORLDLY), call, now=call.now).to_end()


def way(result: RunResult) -> list[tuple[str, str]]:
    return [(step.visit.node, step.outcome) for step in result.trace]


def said(call: MemoryCall) -> list[str]:
    return [utterance.text for utterance in call.heard]


HTTP = (
    "  a:\n"
    "    http: https://api.example.se/cases/{{ caller }}?l={{ language }}\n"
    "    timeout: 2 s\n"
    "    into: {status: cases.0.status, days: 'cases[0].days'}\n"
    "    then: b\n"
    "    on_failure: c\n"
    "  b: {say: {sv: 'Ärendet är {{ status }}, {{ days + 1 }} dagar.', en: x}, then: end}\n"
    "  c: {say: {sv: tyvärr, en: sorry}, then: end}\n"
)


async def test_http_puts_values_of_the_answer_into_variables(tmp_path: Path) -> None:
    call = line()
    call.world.web["https://api.example.se/"] = {"cases": [{"status": "öppet", "days": 4}]}
    result = await walk(tmp_path, HTTP, call)
    assert way(result)[0] == ("a", "answered")
    assert said(call) == ["Ärendet är öppet, 5 dagar."]
    (request,) = call.world.requests
    assert request.url == "https://api.example.se/cases/%2B46%2070%20174%2006%2005?l=sv"
    assert (request.method, request.seconds, request.retries) == ("GET", 2, 1)


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"cases": []},
        {"cases": [{"status": "x"}]},
        {"cases": [{"status": "x", "days": None}]},
        {"cases": [{"status": ["x"], "days": 1}]},
        {"cases": [{"status": "x" * 501, "days": 1}]},
        [],
        "text",
        7,
        b"<h1>Hello</h1>",
        b"",
        b"\xff\xfe\xff",
        b"[" * 200_000,
        b'{"cases": [{"status": "x", "days": NaN}]}',
        b'{"cases": [{"status": "x", "days": ' + b"9" * 10_000 + b"}]}",
        WebFailed("it hangs"),
    ],
    ids=range(16),
)
async def test_an_answer_that_lacks_a_wanted_value_is_a_failure(
    tmp_path: Path, answer: object
) -> None:
    call = line()
    call.world.web["https://api.example.se/"] = answer
    result = await walk(tmp_path, HTTP, call)
    assert way(result)[0] == ("a", "failed")
    assert said(call) == ["tyvärr"]
    assert result.reason is EndReason.TREE


async def test_a_service_that_is_slow_costs_no_more_than_the_nodes_time(tmp_path: Path) -> None:
    call = line()
    call.world.web["https://api.example.se/"] = {}
    call.world.web_seconds = 60
    result = await walk(tmp_path, HTTP, call)
    assert way(result)[0] == ("a", "failed")
    assert result.trace[1].visit.at - MONDAY == timedelta(seconds=2)


async def test_what_a_caller_says_cannot_leave_its_place_in_body_and_headers(
    tmp_path: Path,
) -> None:
    nodes = (
        "  a:\n"
        "    http: http://localhost:8080/\n"
        "    method: post\n"
        "    headers: {X-Caller: 'n={{ caller }}'}\n"
        "    body: {who: '{{ caller }}', text: 'from {{ caller }}', "
        "long: '{{ caller | length }}'}\n"
        "    then: end\n"
        "    on_failure: end\n"
    )
    call = line(caller='1", "x": "\r\nX-Evil: å')
    call.world.web["http://localhost:8080/"] = b""
    assert way(await walk(tmp_path, nodes, call))[0] == ("a", "answered")
    (request,) = call.world.requests
    assert request.body is not None
    assert json.loads(request.body) == {
        "who": call.caller,
        "text": f"from {call.caller}",
        "long": len(call.caller),
    }
    assert request.headers["X-Caller"] == 'n=1", "x": "%0D%0AX-Evil: %C3%A5'
    assert request.headers["Content-Type"] == "application/json"


async def test_a_value_that_would_climb_out_of_its_folder_is_not_sent(tmp_path: Path) -> None:
    call = line(caller="..")
    assert way(await walk(tmp_path, HTTP, call))[0] == ("a", "failed")
    assert call.world.requests == []


TRANSFER = (
    "  a: {transfer: '%s', ring: 20 s, then: b, on_failure: c}\n"
    "  b: {hang_up: }\n  c: {say: {sv: x, en: x}, then: end}\n"
)


@pytest.mark.parametrize(
    ("target", "literal"),
    [
        ("+46 8 465 004 00", True),
        ("08-465 004 00", True),
        ("+46 31 100 00 00", False),
        ("112", True),
        ("sip:desk@partner.example.se", False),
        ("{{ caller }}", False),
    ],
)
async def test_transfer_dials_whom_the_organisation_lists(
    tmp_path: Path, target: str, literal: bool
) -> None:
    call = line(caller="+4631123456")
    dialled = call.caller if "caller" in target else target
    call.world.transfers[dialled] = TransferOutcome.TALKED
    assert way(await walk(tmp_path, TRANSFER % target, call))[:2] == [
        ("a", "talked"),
        ("b", "hung_up"),
    ]
    (request,) = call.world.transferred
    assert (request.target, request.literal, request.ring) == (dialled, literal, 20)


@pytest.mark.parametrize(
    "caller",
    ["+4690012345", "", "anonymous", "+46 8 465 004 01", "sip:x@evil.example", "1&PJSIP/2,30,g"],
)
async def test_a_target_worked_out_that_is_not_listed_is_not_dialled(
    tmp_path: Path, caller: str
) -> None:
    call = line(caller=caller)
    assert way(await walk(tmp_path, TRANSFER % "{{ caller }}", call))[:2] == [
        ("a", "refused"),
        ("c", "said"),
    ]
    assert call.world.transferred == []


@pytest.mark.parametrize(
    "outcome",
    [TransferOutcome.BUSY, TransferOutcome.NO_ANSWER, TransferOutcome.UNREACHABLE],
)
async def test_a_transfer_that_reaches_nobody_goes_on_by_its_failure(
    tmp_path: Path, outcome: TransferOutcome
) -> None:
    call = line()
    call.world.transfers["112"] = outcome
    assert way(await walk(tmp_path, TRANSFER % "112", call))[0] == ("a", outcome.value)


async def test_a_cause_alone_ends_a_call_that_was_never_picked_up(tmp_path: Path) -> None:
    call = line()
    result = await walk(tmp_path, "  a: {hang_up: , cause: busy}\n", call)
    assert (call.answered, call.ended, call.cause) == (False, True, Cause.BUSY)
    assert result.reason is EndReason.TREE


async def test_a_cause_after_a_text_ends_a_call_that_was(tmp_path: Path) -> None:
    call = line()
    await walk(tmp_path, f"  a: {{hang_up: {SAY}, cause: congestion}}\n", call)
    assert (call.answered, call.cause) == (True, Cause.CONGESTION)


async def test_a_call_without_a_cause_ends_in_the_normal_way(tmp_path: Path) -> None:
    call = line()
    await walk(tmp_path, "  a: {hang_up: }\n", call)
    assert (call.answered, call.cause) == (True, Cause.NORMAL)


RECORD = (
    "  a: {record: {sv: berätta, en: tell}, into: story, queue: support, "
    "max_length: 20 s, then: b}\n"
    "  b: {say: {sv: '[{{ story }}]', en: x}, then: end}\n"
)


async def test_record_keeps_what_is_said_under_an_id_that_is_its_value(tmp_path: Path) -> None:
    call = line()
    assert way(await walk(tmp_path, RECORD, call))[0] == ("a", "stored")
    [(request, _)] = call.messages
    assert (request.queue, request.mailbox, request.max_seconds) == ("support", "recorded", 20)
    assert said(call) == ["berätta", "[memory-1-v1]"]


async def test_a_record_of_silence_has_no_id(tmp_path: Path) -> None:
    call = line(",")
    assert way(await walk(tmp_path, RECORD, call))[0] == ("a", "empty")
    assert said(call) == ["berätta", "[]"]


async def test_voicemail_may_be_a_queues(tmp_path: Path) -> None:
    call = line()
    nodes = f"  a: {{voicemail: box, greeting: {SAY}, queue: support, then: end}}\n"
    await walk(tmp_path, nodes, call)
    assert call.messages[0][0].queue == "support"


RECOGNISE = (
    "  a: {recognise: {blocked: b, vip: v, known: k}, otherwise: o}\n"
    "  b: {hang_up: , cause: rejected}\n"
    "  v: {say: {sv: vip, en: vip}, then: end}\n"
    "  k: {say: {sv: känd, en: known}, then: end}\n"
    "  o: {say: {sv: ny, en: new}, then: end}\n"
)


@pytest.mark.parametrize(
    ("caller", "kept", "outcome"),
    [
        ("0900 123 45", Remembered(), "blocked"),
        ("004690012345", Remembered(known=True), "blocked"),
        ("0701740605", Remembered(known=True), "vip"),
        ("+46 70 000 00 00", Remembered(known=True), "known"),
        ("+46 70 000 00 00", Remembered(), "otherwise"),
        ("", Remembered(known=True), "withheld"),
        ("anonymous", Remembered(known=True), "withheld"),
    ],
)
async def test_callers_are_recognised_by_their_number(
    tmp_path: Path, caller: str, kept: Remembered, outcome: str
) -> None:
    call = line(caller=caller)
    call.world.remembered = kept
    assert way(await walk(tmp_path, RECOGNISE, call))[0] == ("a", outcome)


async def test_a_blocked_caller_is_turned_away_before_the_call_is_picked_up(
    tmp_path: Path,
) -> None:
    call = line(caller="+4690012345")
    await walk(tmp_path, RECOGNISE, call)
    assert (call.answered, call.cause) == (False, Cause.REJECTED)


async def test_a_remembered_language_is_spoken_from_there_on(tmp_path: Path) -> None:
    call = line()
    call.world.remembered = Remembered(known=True, language="en")
    await walk(tmp_path, RECOGNISE, call)
    assert call.heard == [Utterance("vip", "en")]


async def test_a_language_that_the_organisation_has_no_longer_is_not(tmp_path: Path) -> None:
    call = line()
    call.world.remembered = Remembered(known=True, language="da")
    await walk(tmp_path, RECOGNISE, call)
    assert call.heard == [Utterance("vip", "sv")]


REMEMBER = "  a: {remember: language, ask: {sv: får vi?, en: may we?}, then: end}\n"


@pytest.mark.parametrize(
    ("keys", "outcome", "kept"),
    [
        ("1", "remembered", "sv"),
        ("2", "declined", ""),
        ("", "hung_up_on", ""),
        (",", "declined", ""),
    ],
)
async def test_a_language_is_kept_only_of_who_says_yes(
    tmp_path: Path, keys: str, outcome: str, kept: str
) -> None:
    call = line(keys)
    assert way(await walk(tmp_path, REMEMBER, call))[0] == ("a", outcome)
    assert call.world.remembered.language == kept


async def test_who_has_said_yes_before_or_has_no_number_is_not_asked(tmp_path: Path) -> None:
    call = line()
    call.world.remembered = Remembered(known=True, language="sv")
    assert way(await walk(tmp_path, REMEMBER, call))[0] == ("a", "kept")
    withheld = line(caller="")
    assert way(await walk(tmp_path, REMEMBER, withheld))[0] == ("a", "withheld")
    assert call.heard == withheld.heard == []


ANNOUNCE = "  a: {announcement: storm, then: end}\n"


async def test_an_announcement_is_said_while_it_is_on(tmp_path: Path) -> None:
    off, on, over = line(), line(), line()
    on.world.announcements["storm"] = (Announced(), MONDAY + timedelta(hours=1))
    over.world.announcements["storm"] = (Announced(), MONDAY)
    outcomes = [way(await walk(tmp_path, ANNOUNCE, call))[0][1] for call in (off, on, over)]
    assert outcomes == ["off", "said", "off"]
    assert (said(off), said(on), said(over)) == ([], ["Det stormar."], [])


async def test_own_words_of_an_announcement_are_said_in_the_languages_that_they_have(
    tmp_path: Path,
) -> None:
    swedish, english = line(), line()
    for call, words in ((swedish, {"sv": "Bron är stängd."}), (english, {"en": "Bridge closed."})):
        call.world.announcements["storm"] = (Announced(words), MONDAY + timedelta(hours=1))
        await walk(tmp_path, ANNOUNCE, call)
    assert said(swedish) == ["Bron är stängd."]
    assert said(english) == ["Det stormar."]


async def test_an_announcement_is_switched_by_telephone_until_its_end(tmp_path: Path) -> None:
    nodes = (
        "  a: {switch_announcement: storm, turn: on, for: 2 h, then: b, on_failure: end}\n"
        "  b: {announcement: storm, then: c}\n"
        "  c: {switch_announcement: storm, turn: off, then: d, on_failure: end}\n"
        "  d: {announcement: storm, then: end}\n"
    )
    call = line()
    result = await walk(tmp_path, nodes, call)
    assert [outcome for _, outcome in way(result)] == ["on", "said", "off", "off", "hung_up"]


SPEAKS = (
    "  a: {record_announcement: storm, ask: {sv: Tala., en: x}, confirm: {sv: Rätt?, en: x}, "
    "for: 2 h, then: b, on_failure: end}\n"
    "  b: {announcement: storm, then: end}\n"
)


async def test_an_announcement_is_spoken_again_until_it_is_right_and_then_heard(
    tmp_path: Path,
) -> None:
    call = line("2,1")
    result = await walk(tmp_path, SPEAKS, call)
    assert [outcome for _, outcome in way(result)] == ["on", "said", "hung_up"]
    assert said(call) == [*2 * ["Tala.", RECORDED, "Rätt?"], RECORDED]
    announced, ends = call.world.announcements["storm"]
    assert (announced.sound, ends > MONDAY + timedelta(hours=2)) == (RECORDED, True)


async def test_what_nobody_confirms_is_not_announced(tmp_path: Path) -> None:
    call = line(",,,,,")
    result = await walk(tmp_path, SPEAKS, call)
    assert way(result)[0] == ("a", "failed")
    assert said(call) == 5 * ["Tala.", RECORDED, "Rätt?"]
    assert call.world.announcements == {}


@pytest.mark.parametrize("fault", ["speaks", "switches"])
async def test_an_announcement_that_is_not_spoken_or_not_kept_fails(
    tmp_path: Path, fault: str
) -> None:
    call = line("1")
    setattr(call.world, fault, False)
    result = await walk(tmp_path, SPEAKS, call)
    assert way(result)[0] == ("a", "failed")
    assert call.world.announcements == {}


async def test_a_queue_tells_its_figures(tmp_path: Path) -> None:
    nodes = (
        "  a: {queue_data: support, into: {ahead: waiting, staff: agents}, then: b}\n"
        "  b: {say: {sv: '{{ ahead + 1 }} {{ staff }}', en: x}, then: end}\n"
    )
    call = line()
    call.world.figures["support"] = {QueueFigure.WAITING: 3, QueueFigure.AGENTS: 2}
    await walk(tmp_path, nodes, call)
    assert said(call) == ["4 2"]


CALLBACK = "  a: {callback: support, then: b, on_refused: end}\n  b: {hang_up: }\n"


@pytest.mark.parametrize(("agrees", "node"), [(True, "b"), (False, "end")])
async def test_a_callback_is_asked_for_without_a_wait(
    tmp_path: Path, agrees: bool, node: str
) -> None:
    call = line()
    call.world.calls_back = agrees
    demo = (DEMO / "demo" / "organisation.yaml").read_text(encoding="utf-8")
    shutil.copy(DEMO / "base.yaml", tmp_path)  # has the words
    result = await Run(tree_of(tmp_path, CALLBACK, demo), call, now=call.now).to_end()
    assert way(result)[1][0] == node
    assert call.world.wishes == [CallbackWish("support", "sv")]
    assert call.rides == []


async def test_a_queue_may_give_priority_and_may_be_full(tmp_path: Path) -> None:
    nodes = (
        "  a: {queue: support, priority: 5 min, max_length: 3, then: end, on_nobody: end,"
        " on_full: b}\n  b: {say: {sv: fullt, en: full}, then: end}\n"
    )
    call = line("f")
    result = await walk(tmp_path, nodes, call)
    assert call.rides == [QueueRequest("support", "sv", priority=300, max_length=3)]
    assert way(result)[:2] == [("a", QueueOutcome.FULL.value), ("b", "said")]


SMS = "  a: {sms: {sv: 'Hej {{ language }}', en: x}, then: end, on_failure: b}\n  b: {hang_up: }\n"


@pytest.mark.parametrize(("goes", "outcome"), [(True, "sent"), (False, "failed")])
async def test_a_text_message_goes_to_the_caller(tmp_path: Path, goes: bool, outcome: str) -> None:
    call = line()
    call.world.texts_go = goes
    assert way(await walk(tmp_path, SMS, call))[0] == ("a", outcome)
    assert call.world.texts == [TextMessage(CALLER, "Hej sv")]


async def test_no_text_message_goes_to_nowhere(tmp_path: Path) -> None:
    call = line(caller="")
    call.world.texts_go = True
    assert way(await walk(tmp_path, SMS, call))[0] == ("a", "failed")
    assert call.world.texts == []


@pytest.mark.parametrize(("opens", "outcome"), [(True, "left"), (False, "failed")])
async def test_a_conference_is_joined_and_left(tmp_path: Path, opens: bool, outcome: str) -> None:
    call = line()
    call.world.rooms_open = opens
    nodes = "  a: {conference: storm-staff, then: end, on_failure: end}\n"
    assert way(await walk(tmp_path, nodes, call))[0] == ("a", outcome)
    assert call.world.rooms == ["storm-staff"]


async def test_a_text_message_is_never_spoken(tmp_path: Path) -> None:
    tree_of(tmp_path, SMS.replace(" {{ language }}", ""), WORLDLY)
    spoken = {utterance.text for utterance in utterances(load_all(tmp_path))}
    assert "Hej" not in spoken
    assert "Det stormar." in spoken


async def test_a_call_that_fails_before_it_was_picked_up_is_picked_up_to_say_so(
    tmp_path: Path,
) -> None:
    call = line()

    async def fails() -> Remembered:
        raise RuntimeError("a slip of ours")

    call.world.recall = fails  # type: ignore[method-assign]  # a node whose work goes wrong
    result = await walk(tmp_path, RECOGNISE, call)
    assert result.reason is EndReason.FAILED
    assert call.answered
    assert said(call) == ["technical_fault sv"]


class Hoarse(MemoryCall):
    """A line on which some words cannot be said."""

    async def say(self, utterance: Utterance, *, interrupt: str = "") -> str:
        if utterance.text == "???":
            raise CallFailed("no voice for this")
        return await super().say(utterance, interrupt=interrupt)


async def test_own_words_that_cannot_be_said_are_the_organisations(tmp_path: Path) -> None:
    call = Hoarse(Script(()), dialled="100", began=MONDAY)
    call.world.announcements["storm"] = (Announced({"sv": "???"}), MONDAY + timedelta(hours=1))
    assert way(await walk(tmp_path, ANNOUNCE, call))[0] == ("a", "said")
    assert said(call) == ["Det stormar."]
