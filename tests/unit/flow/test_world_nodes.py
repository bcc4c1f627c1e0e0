"""The nodes that touch the world outside of the tree, in a world in memory."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from ivr.flow.call import Cause, QueueOutcome, QueueRequest
from ivr.flow.engine import Run
from ivr.flow.load import load_all
from ivr.flow.prompts import utterances
from ivr.flow.trace import EndReason, Told
from ivr.flow.world import (
    CallbackWish,
    Conferred,
    QueueFigure,
    TextMessage,
    TransferOutcome,
    Transferred,
    WebFailed,
)
from tests.unit.flow.trees import DEMO, tree_of
from tests.unit.flow.worldly import CALLER, MONDAY, WORLDLY, line, said, told, walk, way

pytestmark = pytest.mark.unit

SAY = "{sv: hej, en: hello}"
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


async def test_a_secret_is_named_to_the_world_and_nothing_more(tmp_path: Path) -> None:
    nodes = HTTP.replace("    into", "    secret_headers: {Authorization: case-system}\n    into")
    call = line()
    await walk(tmp_path, nodes, call)
    (request,) = call.world.requests
    assert request.secrets == {"Authorization": "case-system"}
    assert "Authorization" not in request.headers


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


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("112", Transferred(TransferOutcome.TALKED, talked=60)),
        ("112", Transferred(TransferOutcome.NO_ANSWER, rang=20)),
        ("112", Transferred(TransferOutcome.ABANDONED, hung_up=True)),
        ("{{ caller }}", Transferred(TransferOutcome.REFUSED)),
    ],
)
async def test_every_transfer_is_told_and_its_target_is_not(
    tmp_path: Path, target: str, expected: Transferred
) -> None:
    call = line(caller="+4690012345")
    call.world.transfers["112"] = expected.outcome
    seen, result = await told(tmp_path, TRANSFER % target, call)
    assert seen == [Told("a", expected)]
    assert result.reason is (EndReason.CALLER if expected.hung_up else EndReason.TREE)


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


async def test_a_queue_tells_its_figures(tmp_path: Path) -> None:
    nodes = (
        "  a: {queue_data: support, into: {ahead: waiting, staff: agents}, then: b}\n"
        "  b: {say: {sv: '{{ ahead + 1 }} {{ staff }}', en: x}, then: end}\n"
    )
    call = line()
    call.world.figures["support"] = {QueueFigure.WAITING: 3, QueueFigure.AGENTS: 2}
    await walk(tmp_path, nodes, call)
    assert said(call) == ["4 2"]


WAIT = (
    "  a: {queue_data: support, into: {ahead: waiting, least: wait_low, most: wait_high}, then: b,"
    " on_unknown: c}\n"
    "  b: {say: {sv: '{{ least }} {{ most }}', en: x}, then: end}\n"
    "  c: {say: {sv: 'okänt{{ ahead }}', en: x}, then: end}\n"
)


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ({QueueFigure.WAIT_LOW: 3, QueueFigure.WAIT_HIGH: 5}, "3 5"),
        ({QueueFigure.WAITING: 2}, "okänt"),
        ({QueueFigure.WAITING: 2, QueueFigure.WAIT_HIGH: 5}, "okänt"),
    ],
)
async def test_a_wait_that_is_not_known_goes_another_way(
    tmp_path: Path, figures: dict[QueueFigure, int], words: str
) -> None:
    call = line()
    call.world.figures["support"] = figures
    await walk(tmp_path, WAIT, call)
    assert said(call) == [words]


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


async def test_a_caller_who_would_wait_too_long_goes_another_way(tmp_path: Path) -> None:
    nodes = (
        "  a: {queue: support, max_estimate: 10 min, then: end, on_nobody: end,"
        " on_long_wait: b}\n  b: {say: {sv: länge, en: long}, then: end}\n"
    )
    call = line("l")
    result = await walk(tmp_path, nodes, call)
    assert call.rides == [QueueRequest("support", "sv", max_estimate=600)]
    assert way(result)[:2] == [("a", QueueOutcome.LONG_WAIT.value), ("b", "said")]


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
    seen, result = await told(tmp_path, nodes, call)
    assert way(result)[0] == ("a", outcome)
    assert seen == [Told("a", Conferred("storm-staff", opens, 60 if opens else 0))]
    assert call.world.rooms == ["storm-staff"]


@pytest.mark.parametrize(("proves", "outcome"), [(True, "served"), (False, "failed")])
async def test_an_agent_outside_is_served_and_anybody_else_goes_on(
    tmp_path: Path, proves: bool, outcome: str
) -> None:
    call = line()
    call.world.desk_open = proves
    nodes = "  a: {agent_desk: {sv: Hej., en: Hello.}, on_failure: end}\n"
    result = await walk(tmp_path, nodes, call)
    assert way(result)[0] == ("a", outcome)
    assert len(way(result)) == (1 if proves else 2)
    assert said(call) == ["Hej."]


async def test_a_text_message_is_never_spoken(tmp_path: Path) -> None:
    tree_of(tmp_path, SMS.replace(" {{ language }}", ""), WORLDLY)
    spoken = {utterance.text for utterance in utterances(load_all(tmp_path))}
    assert "Hej" not in spoken
    assert "Det stormar." in spoken
