"""What a test may say of the world outside the tree."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.flow.trials.suite import try_all
from tests.unit.flow.trees import ORGANISATION, write

pytestmark = pytest.mark.unit

WORLDLY = (
    ORGANISATION.replace("  support: {}", "  support: {}\n")
    + """
announcements: {storm: {sv: Storm., en: A storm.}}
http_hosts: [cases.example]
transfers: ["+46 8 465 004 95"]
"""
)
ENDS = """
  yes: {hang_up: {sv: "Ja", en: "Yes"}}
  no: {hang_up: {sv: Nej, en: No}}
"""

NODES = {
    "what a service answers, with numbers as numbers": (
        "a: {http: https://cases.example/1, into: {x: open.days}, then: b, on_failure: no}\n"
        "  b: {branch: [{when: x > 9, goto: yes}], otherwise: no}",
        "{http: {https://cases.example: {open: {days: 12}}}}",
        "{hears: Ja 12}",
    ),
    "a service that is left out does not answer": (
        "a: {http: https://cases.example/1, into: {x: a}, then: yes, on_failure: no}",
        "{}",
        "{hears: Nej}",
    ),
    "a transfer that is answered": (
        'a: {transfer: "+46 8 465 004 95", then: yes, on_failure: no}',
        '{transfers: {"+46 8 465 004 95": talked}}',
        '{at: yes, dials: "+46 8 465 004 95"}',
    ),
    "a transfer that is left out reaches nobody": (
        'a: {transfer: "+46 8 465 004 95", then: yes, on_failure: no}',
        "{}",
        '{at: no, dials: "+46 8 465 004 95"}',
    ),
    "an announcement that is on": (
        "a: {announcement: storm, then: yes}",
        "{announcements: storm}",
        "{hears: Storm.}",
    ),
    "an announcement that is left out is off": (
        "a: {announcement: storm, then: yes}",
        "{}",
        "{not_hears: Storm., at: yes}",
    ),
    "announcements that cannot be switched": (
        "a: {switch_announcement: storm, turn: off, then: yes, on_failure: no}",
        "{switching: failed}",
        "{at: no}",
    ),
    "figures of a queue": (
        "a: {queue_data: support, into: {x: waiting}, then: yes}",
        "{figures: {support: {waiting: 6}}}",
        "{hears: Ja 6}",
    ),
    "nobody who listens to voices": (
        "a: {transcribe: {sv: Gata, en: Street}, into: x, on_skip: no, then: no, on_failure: yes,"
        " on_invalid: {then: no}, on_silence: {then: no}}",
        "{speech: away}",
        "{at: yes, not_hears: Gata}",
    ),
    "how long the wait would be": (
        "a: {queue_data: support, into: {x: wait_high}, then: yes, on_unknown: no}",
        "{figures: {support: {wait_high: 9}}}",
        "{hears: Ja 9}",
    ),
    "a wait that is left out is unknown": (
        "a: {queue_data: support, into: {x: wait_high}, then: yes, on_unknown: no}",
        "{figures: {support: {waiting: 6}}}",
        "{at: no}",
    ),
    "too long a wait for a queue": (
        "a: {queue: support, max_estimate: 5 min, then: no, on_nobody: no, on_long_wait: yes}",
        "{queues: {support: long_wait}}",
        "{at: yes, reaches: support}",
    ),
    "a text message that is sent": (
        "a: {sms: {sv: Boka tid här, en: Book here}, then: yes, on_failure: no}",
        "{sms: sent}",
        "{at: yes, sends: Boka*}",
    ),
    "a room that is open": (
        "a: {conference: crisis, then: yes, on_failure: no}",
        "{rooms: open}",
        "{at: yes}",
    ),
    "an agent who calls from outside": (
        "a: {agent_desk: , on_failure: no}",
        "{desk: open}",
        "{at: a}",
    ),
    "somebody who is no agent": (
        "a: {agent_desk: , on_failure: yes}",
        "{}",
        "{at: yes}",
    ),
    "a caller who is known": (
        "a: {recognise: {known: yes}, otherwise: no}",
        "{known: true}",
        "{at: yes, language: sv}",
    ),
    "a caller whose language is kept": (
        "a: {recognise: {known: yes}, otherwise: no}",
        "{remembered: en}",
        "{at: yes, language: en}",
    ),
    "a PIN": (
        "a: {pin: {sv: Pin, en: PIN}, of: door, then: yes, on_wrong: no}",
        '{pins: {door: "2718"}}',
        "{at: yes}",
    ),
    "the way of a split": (
        "a: {split: [{share: 1 %, goto: no}, {share: 99 %, goto: yes}]}",
        "{splits: {a: yes}}",
        "{at: yes}",
    ),
    "the first way of a split that is left out": (
        "a: {split: [{share: 1 %, goto: yes}, {share: 99 %, goto: no}]}",
        "{}",
        "{at: yes}",
    ),
}


def problems_of(folder: Path, nodes: str, given: str, then: str) -> list[str]:
    home = folder / "town"
    write(home, "organisation.yaml", WORLDLY)
    ends = ENDS.replace("Ja", "Ja {{ x }}") if "{x: " in nodes else ENDS
    write(home, "main.yaml", f'numbers: ["100"]\nstart: a\nnodes:\n  {nodes}{ends}')
    when = ', when: ["press 2718#"]' if "pin:" in nodes else ""
    write(home, "main.test.yaml", f"tests: {{it: {{given: {given}{when}, then: {then}}}}}\n")
    report = try_all(home)
    assert report.tried, [str(problem) for problem in report.problems]
    found = [*report.tried[0].problems]
    found += [problem for verdict in report.verdicts for problem in verdict.problems]
    return [problem.message for problem in found]


@pytest.mark.parametrize(("nodes", "given", "then"), NODES.values(), ids=NODES)
def test_the_world_is_as_the_test_gives_it(
    tmp_path: Path, nodes: str, given: str, then: str
) -> None:
    assert problems_of(tmp_path, nodes, given, then) == []


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("{transfers: {'112': spoke}}", "“spoke” is not a way for a transfer to end"),
        ("{figures: {support: {wating: 1}}}", "“wating” is not a figure of a queue"),
        ("{announcements: strom}", "no announcement is named “strom”"),
        ("{sms: maybe}", "“maybe” is not “sent” or “failed”"),
        ("{splits: {a: nowhere}}", "no node is named “nowhere”"),
    ],
)
def test_a_slip_is_told(tmp_path: Path, given: str, message: str) -> None:
    assert problems_of(tmp_path, "a: {announcement: storm, then: yes}", given, "{at: a}") == [
        message
    ]


def test_what_should_have_been_dialled_and_sent_is_told(tmp_path: Path) -> None:
    nodes = "a: {sms: {sv: Boka tid, en: Book}, then: yes, on_failure: no}"
    then = "{dials: '112', sends: [Boka*, Avboka*]}"
    assert problems_of(tmp_path, nodes, "{sms: sent}", then) == [
        "the caller should come to the number “112”, and came to no number",
        "the text message “Avboka*” should be sent, and was not",
    ]
