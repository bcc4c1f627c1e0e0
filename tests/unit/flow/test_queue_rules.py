"""The rules of a queue and whom callers prefer: each slip is told; trees' tests can try all."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.flow.load import check, load_organisation
from ivr.flow.service_level import THRESHOLDS, ServiceLevel
from monitoring.metrics.bounds import WAIT_BOUNDS_SECONDS
from tests.unit.flow.trees import END, ORGANISATION, Found, check_organisation, write
from tests.unit.flow.trials import report_of, verdict_of

pytestmark = pytest.mark.unit

RULED = ORGANISATION.replace(
    "  support: {}\nagents:\n  4001: {name: Alva, queues: [support]}\n",
    "  support: {hours: office, comfort: [{sv: Tack., en: Thanks.}], backup_after: 90 s}\n"
    "  operator: {}\n"
    "agents:\n"
    "  4001: {name: Alva, queues: [support]}\n"
    "  4002: {name: Birk, queues: [operator], backup: [support]}\n",
)


def check_node(folder: Path, node: str, organisation: str = RULED) -> Found:
    write(folder / "town", "organisation.yaml", organisation)
    tree = (
        'numbers: ["100"]\nstart: a\nnodes:\n'
        "  a: {set: {case_worker: caller}, then: b}\n"
        f"  b: {{{node}, then: end, on_nobody: end}}\n{END}"
    )
    marked = write(folder / "town", "tree.yaml", tree)
    return Found(tuple(check(folder).problems), marked)


def test_an_agent_serves_the_queues_that_they_help_out_too(tmp_path: Path) -> None:
    write(tmp_path / "town", "organisation.yaml", RULED)
    organisation = load_organisation(tmp_path / "town")
    assert organisation.agents["4002"].serves == ("operator", "support")
    assert organisation.queues["support"].backup_after == 90


ORGANISATIONS = {
    "a queue twice": (
        "backup: [support]",
        "backup: [support, «operator]",
        "they serve “operator” anyway",
        "leave it in one of “queues” and “backup”",
    ),
    "an unknown queue": (
        "backup: [support]",
        "backup: [«suport]",
        "no queue is named “suport”",
        "did you mean “support”?",
    ),
    "unknown hours": (
        "hours: office, comfort",
        "hours: «offices, comfort",
        "no opening hours are named “offices”",
        "did you mean “office”?",
    ),
    "what is no way to announce": (
        "comfort_every",
        "announce: «positions, comfort_every",
        "",
        "",
    ),
}


@pytest.mark.parametrize(
    ("right", "wrong", "message", "advice"), ORGANISATIONS.values(), ids=ORGANISATIONS
)
def test_each_slip_in_a_queue_is_told_at_its_place(
    tmp_path: Path, right: str, wrong: str, message: str, advice: str
) -> None:
    ruled = RULED.replace("backup_after", "comfort_every: 30 s, backup_after")
    found = check_organisation(tmp_path, ruled.replace(right, wrong, 1))
    assert found.places == found.marked
    if message:
        assert (found.messages, found.advice) == ([message], [advice])


def test_an_agent_without_any_queue_is_told(tmp_path: Path) -> None:
    found = check_organisation(tmp_path, RULED.replace("Alva, queues: [support]", "Alva"))
    assert found.messages == ["this agent serves no queue"]


NODES = {
    "an unknown agent": (
        "queue: support, on_closed: end, prefer: {agent: «4003}",
        "no agent has the number “4003”",
        "did you mean “4002”?",
    ),
    "an agent of another queue": (
        "queue: operator, prefer: {agent: «4001}",
        "agent 4001 does not serve the queue “operator”",
        "",
    ),
    "a value that nobody sets": (
        'queue: operator, prefer: {agent: «"{{ worker }}"}',
        "no variable is named “worker”",
        "",
    ),
    "a queue with hours and no way out": (
        "«queue: support",
        "the queue “support” has opening hours, and nothing is said of the others",
        "add “on_closed: …”, the node where a caller goes outside of them",
    ),
    "a way out of a queue without hours": (
        "«queue: operator, on_closed: end",
        "“on_closed” can never happen: the queue “operator” has no “hours”",
        "give it hours in organisation.yaml, or remove “on_closed”",
    ),
}


@pytest.mark.parametrize(("node", "message", "advice"), NODES.values(), ids=NODES)
def test_each_slip_in_a_queue_node_is_told_at_its_place(
    tmp_path: Path, node: str, message: str, advice: str
) -> None:
    found = check_node(tmp_path, node)
    assert found.messages[0].startswith(message[:30])
    assert message in found.messages[0]
    assert not advice or found.advice == [advice]
    if node[0] != "«":
        assert found.places == found.marked


@pytest.mark.parametrize(
    "prefer", ["{agent: last}", "{agent: 4002, for: 45 s}", '{agent: "{{ case_worker }}"}']
)
def test_right_preferences_pass(tmp_path: Path, prefer: str) -> None:
    node = f"queue: support, on_closed: end, leave_when_empty: 30 s, prefer: {prefer}"
    assert check_node(tmp_path, node).problems == ()


# Tests of trees -----------------------------------------------------------------------------------

TREE = """numbers: ["100"]
start: worker
nodes:
  worker: {set: {case_worker: 4001}, then: fees}
  fees:
    queue: support
    prefer: {agent: WHO}
    then: bye
    on_nobody: nobody
    on_closed: closed
  closed: {hang_up: {sv: "Stängt.", en: Closed.}}
  nobody: {hang_up: {sv: Ingen., en: Nobody.}}
  bye: {hang_up: {sv: Hej då., en: Bye.}}
"""


@pytest.fixture
def ruled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.unit.flow.trials.ORGANISATION", RULED)


@pytest.mark.usefixtures("ruled")
@pytest.mark.parametrize(
    "test",
    [
        "{given: {hours: {office: closed}}, then: {at: closed, reaches: support}}",
        "{given: {at: 2026-11-28 10:00}, then: {at: closed}}",
        "{given: {queues: {support: closed}}, then: {at: closed}}",
        "{given: {queues: {support: nobody}}, then: {at: nobody}}",
        "{given: {last_agent: 4002}, then: {prefers: 4002, at: bye}}",
        "{then: {prefers: none}}",
        "{given: {caller: withheld, last_agent: 4002}, then: {prefers: none}}",
    ],
)
def test_a_tree_s_test_can_try_each_rule(tmp_path: Path, test: str) -> None:
    verdict = verdict_of(tmp_path, test, TREE.replace("WHO", "last"))
    assert verdict.passed, verdict


@pytest.mark.usefixtures("ruled")
@pytest.mark.parametrize(
    ("worker", "prefers"),
    [("4001", "4001"), ("\"{{ '' }}\"", "none"), ('"{{ none }}"', "none")],
)
def test_an_expression_may_come_to_an_agent_or_to_nobody(
    tmp_path: Path, worker: str, prefers: str
) -> None:
    tree = TREE.replace("WHO", '"{{ case_worker }}"').replace("worker: 4001", f"worker: {worker}")
    verdict = verdict_of(tmp_path, f"{{then: {{prefers: {prefers}, at: bye}}}}", tree)
    assert verdict.passed, verdict.problems


@pytest.mark.usefixtures("ruled")
def test_nobody_is_lost_by_an_expression_that_comes_to_no_agent_and_a_test_tells(
    tmp_path: Path,
) -> None:
    tree = TREE.replace("WHO", '"{{ case_worker }}"').replace("worker: 4001", "worker: 4711")
    verdict = verdict_of(tmp_path, "{then: {prefers: none, at: bye}}", tree)
    assert verdict.way == ("worker", "fees", "bye")
    (problem,) = verdict.problems
    assert "at the node “fees”" in problem.message


@pytest.mark.usefixtures("ruled")
def test_a_test_that_wants_another_agent_fails(tmp_path: Path) -> None:
    tests = "tests:\n  it: {given: {last_agent: 4001}, then: {prefers: 4002}}\n"
    (tried,) = report_of(tmp_path, tests, TREE.replace("WHO", "last")).tried
    (verdict,) = tried.verdicts
    assert "should come to the agent “4002”" in str(verdict.problems)


@pytest.mark.usefixtures("ruled")
def test_a_queue_without_hours_never_closes_in_a_test(tmp_path: Path) -> None:
    tree = TREE.replace("queue: support", "queue: operator").replace("    on_closed: closed\n", "")
    tree = tree.replace('  closed: {hang_up: {sv: "Stängt.", en: Closed.}}\n', "")
    verdict = verdict_of(
        tmp_path,
        "{given: {queues: {operator: closed}}, then: {at: bye}}",
        tree.replace("WHO", "last"),
    )
    assert "never closes" in str(verdict.problems)


# Targets ------------------------------------------------------------------------------------------


def test_a_queue_has_a_target_of_its_own_or_that_of_all(tmp_path: Path) -> None:
    target = "queue_defaults: {service_level: {within: 30 s, share: 80 %}}\n"
    own = RULED.replace("operator: {}", "operator: {service_level: {share: 92.5%}}")
    write(tmp_path / "town", "organisation.yaml", own + target)
    queues = load_organisation(tmp_path / "town").queues
    levels = {name: queue.service_level for name, queue in queues.items()}
    assert levels["support"] == ServiceLevel.model_validate({"within": "30 s", "share": "80 %"})
    assert levels["operator"] == ServiceLevel.model_validate({"within": "30 s", "share": "92.5 %"})


@pytest.mark.parametrize(
    ("level", "message"),
    [
        ("{within: «25 s, share: 80 %}", "waits are not counted by 25 s"),
        ("{within: 20 s, share: «80}", "“80” is not a share"),
        ("{within: 20 s, share: «0 %}", "“0 %” is not a share"),
        ("{within: 20 s, share: «101 %}", "“101 %” is not a share"),
    ],
)
def test_each_slip_in_a_target_is_told_at_its_place(
    tmp_path: Path, level: str, message: str
) -> None:
    found = check_organisation(
        tmp_path, RULED.replace("operator: {}", f"operator: {{service_level: {level}}}")
    )
    assert (found.places, found.messages) == (found.marked, [message])


def test_a_target_s_threshold_is_a_bound_of_the_histogram_of_waits() -> None:
    assert THRESHOLDS == WAIT_BOUNDS_SECONDS
