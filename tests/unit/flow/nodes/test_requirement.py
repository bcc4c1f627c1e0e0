"""What a queue node asks of the agent on a call: values worked out, nobody lost by a wrong one."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

import pytest

from ivr.flow.call import RequiredSkills
from ivr.flow.trace import Fault
from tests.unit.flow.nodes.walk import Walk, walk
from tests.unit.flow.trees import ORGANISATION

pytestmark = pytest.mark.unit

SKILLED = ORGANISATION + "skills: {language: [sv, en], subject: [fees, places]}\n"


async def required(
    folder: Path, keys: str, values: Mapping[str, object] | None = None
) -> tuple[tuple[RequiredSkills, ...], Walk]:
    nodes = (
        "  a: {branch: [{when: not caller, goto: set}], otherwise: q}\n"
        "  set: {set: {topic: fees}, then: q}\n"
        f"  q: {{queue: support, {keys}, then: end, on_nobody: end}}\n"
    )
    walked = await walk(folder, nodes, organisation=SKILLED, values=values)
    (ride,) = walked.call.rides
    return ride.require, walked


@pytest.mark.parametrize(
    ("keys", "wanted"),
    [
        ("priority: 0 s", ()),
        ("require: {subject: fees}", ((0, {"subject.fees": 1}),)),
        (
            "require: {language: '{{ language }}', subject: {fees: 3}}",
            ((0, {"language.sv": 1, "subject.fees": 3}),),
        ),
        ("require: {language: {'{{ language }}': 2}}", ((0, {"language.sv": 2}),)),
        (
            "require: {subject: fees}, "
            "relax: [{after: 1 min, require: {language: en}}, {after: 2 min}]",
            ((0, {"subject.fees": 1}), (60, {"language.en": 1}), (120, {})),
        ),
        (
            "require: {subject: \"{{ 'places' if caller else 'fees' }}\"}",
            ((0, {"subject.places": 1}),),
        ),
    ],
)
async def test_the_call_asks_for_what_the_node_requires(
    tmp_path: Path, keys: str, wanted: tuple[tuple[float, Mapping[str, int]], ...]
) -> None:
    asked, walked = await required(tmp_path, keys)
    assert asked == tuple(RequiredSkills(after, skills) for after, skills in wanted)
    assert walked.result.trace[1].fault is None


@pytest.mark.parametrize("topic", ["meals", "FEES", 7, True])
async def test_a_value_that_is_none_of_its_kind_is_left_out_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, topic: object
) -> None:
    keys = (
        "require: {language: sv, subject: '{{ topic }}'}, "
        "relax: [{after: 1 min, require: {subject: '{{ topic }}'}}]"
    )
    with caplog.at_level(logging.WARNING, "ivr.flow"):
        asked, walked = await required(tmp_path, keys, {"topic": topic})
    assert asked == (RequiredSkills(0, {"language.sv": 1}), RequiredSkills(60, {}))
    assert walked.result.trace[1].fault is Fault.EXPRESSION
    (record,) = caplog.records
    fields = record.__dict__
    assert (fields["node"], fields["kind"], fields["contact"]) == ("q", "subject", "memory-1")
    assert str(topic) not in record.getMessage()


async def test_a_value_that_is_not_set_is_left_out_likewise(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "ivr.flow"):
        asked, _ = await required(tmp_path, 'require: {subject: "{{ caller - 1 }}"}')
    assert asked == ()
    assert [record.__dict__["kind"] for record in caplog.records] == ["subject"]


@pytest.mark.parametrize("topic", ["", None])
async def test_a_value_that_comes_to_nothing_asks_for_nothing_without_a_word(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, topic: object
) -> None:
    with caplog.at_level(logging.WARNING, "ivr.flow"):
        asked, walked = await required(
            tmp_path, "require: {subject: '{{ topic }}'}", {"topic": topic}
        )
    assert asked == ()
    assert (walked.result.trace[1].fault, caplog.records) == (None, [])


async def test_a_step_that_comes_to_the_same_is_no_step(tmp_path: Path) -> None:
    asked, _ = await required(
        tmp_path,
        "require: {subject: '{{ topic }}'}, "
        "relax: [{after: 1 min, require: {subject: fees}}, {after: 2 min}]",
        {"topic": "fees"},
    )
    assert asked == (RequiredSkills(0, {"subject.fees": 1}), RequiredSkills(120, {}))


async def test_a_first_step_that_comes_to_nothing_is_kept_before_one_that_asks(
    tmp_path: Path,
) -> None:
    asked, _ = await required(
        tmp_path,
        "require: {subject: '{{ topic }}'}, relax: [{after: 1 min, require: {subject: fees}}]",
        {"topic": ""},
    )
    assert asked == (RequiredSkills(0, {}), RequiredSkills(60, {"subject.fees": 1}))
