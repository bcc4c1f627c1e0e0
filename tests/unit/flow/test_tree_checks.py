"""What only a whole tree shows: circles, values that are not set, menus as callers hear them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar

import pytest
from pydantic import BeforeValidator

from ivr.flow.checks import of_tree
from ivr.flow.conversation import Conversation
from ivr.flow.document import Document
from ivr.flow.expressions import Expression, needed
from ivr.flow.faults import Strict
from ivr.flow.load import check
from ivr.flow.nodes import NODE_TYPES
from ivr.flow.problems import Severity
from ivr.flow.texts import Text
from ivr.flow.tree import Exit, Node
from ivr.flow.unset import Unset, unset_uses
from ivr.flow.vocabulary import Names, Table, Target, Variable
from tests.unit.flow.chance.town import RICH
from tests.unit.flow.trees import ORGANISATION, check_nodes, check_organisation, write

pytestmark = pytest.mark.unit

SAY = "{sv: hej, en: hello}"


def menu(text: str, choices: str, then: str = "end") -> str:
    return (
        f"menu: {{{text}}}, choices: {{{choices}}}, "
        f"on_invalid: {{then: {then}}}, on_silence: {{then: {then}}}"
    )


def test_a_circle_that_leads_to_nobody_and_to_no_end_is_told_once(tmp_path: Path) -> None:
    nodes = (
        f"  a: {{{menu('sv: x, en: x', '1: {goto: b}, 2: {goto: a}', 'a')}}}\n"
        f"  b: {{voicemail: box, greeting: {SAY}, then: «a}}\n"
    )
    found = check_nodes(tmp_path, nodes)
    errors = [one for one in found.problems if one.severity is Severity.ERROR]
    assert [one.message for one in errors] == ["no way leads out of this circle: a → b → a"]
    assert [(one.line, one.column) for one in errors] == list(found.marked)


@pytest.mark.parametrize(
    "way_out",
    [
        "hang_up: ",
        "queue: support, then: a, on_nobody: a, on_closed: a",
        'transfer: "+46 8 465 004 00", then: a, on_failure: a',
        "conference: crisis, then: a, on_failure: a",
        "callback: support, then: a, on_refused: a",
    ],
)
def test_a_circle_with_a_way_to_an_end_or_to_somebody_is_none(tmp_path: Path, way_out: str) -> None:
    nodes = (
        f"  a: {{{menu('sv: x, en: x', '1: {goto: b}, 2: {goto: a}', 'a')}}}\n"
        f"  b: {{{menu('sv: x, en: x', '1: {goto: out}', 'a')}}}\n"
        f"  out: {{{way_out}}}\n"
    )
    write(tmp_path / "town", "organisation.yaml", RICH)
    write(tmp_path / "town", "tree.yaml", f"numbers: ['100']\nstart: a\nnodes:\n{nodes}")
    assert {one.severity for one in check(tmp_path).problems} <= {Severity.WARNING}


def test_hours_that_never_open_are_a_warning(tmp_path: Path) -> None:
    closed = ORGANISATION.replace("  office:", "  «office:").replace(
        "mon-fri: 08:00-17:00", "mon-sun: closed"
    )
    found = check_organisation(tmp_path, closed)
    assert (found.places, found.messages) == (found.marked, ["“office” never opens"])
    assert [one.severity for one in found.problems] == [Severity.WARNING]


def test_hours_that_open_on_one_day_only_are_none(tmp_path: Path) -> None:
    once = ORGANISATION.replace(
        "{mon-fri: 08:00-17:00}",
        "{mon-sun: closed}\n    exceptions: {2026-12-24: 08:00-09:00}",
    )
    assert check_organisation(tmp_path, once).problems == ()


MENUS = {
    "too long": (
        f"sv: «'{'Tryck 1. ' * 60}', en: Press 1.",
        "1: {goto: end}",
        "the menu takes about 36 s to say, callers lose patience after 30 s",
    ),
    "a key that is no choice": (
        "sv: Tryck 1., en: «'Press 1, or press 2.'",
        "1: {goto: end}",
        "callers are told to press 2, which is no choice",
    ),
    "a star that is no choice": (
        "sv: «'Tryck 1 eller tryck på stjärna.', en: Press 1.",
        "1: {goto: end}",
        "callers are told to press *, which is no choice",
    ),
    "a choice that is not told": (
        "sv: 'Tryck 1, 2 eller fyrkant.', en: «'Press 1 or hash.'",
        "1: {goto: end}, 2: {goto: end}, '#': {goto: end}",
        "callers are not told in English that there is a choice 2",
    ),
}


@pytest.mark.parametrize(("text", "choices", "message"), MENUS.values(), ids=MENUS)
def test_a_menu_is_heard_before_it_is_live(
    tmp_path: Path, text: str, choices: str, message: str
) -> None:
    found = check_nodes(tmp_path, f"  a: {{{menu(text, choices)}}}\n")
    assert (found.places, found.messages) == (found.marked, [message])
    assert [one.severity for one in found.problems] == [Severity.WARNING]


@pytest.mark.parametrize(
    "text",
    [
        "sv: Säg vad det gäller., en: Say what it is about.",
        "sv: 'Tryck {{ caller }}', en: 'Press {{ caller }}.'",
        "sv: Tryck 1 eller 2 före klockan 13., en: 'Press 1. For hours 2 to 3, press 2.'",
    ],
)
def test_a_menu_that_tells_its_keys_or_none_is_right(tmp_path: Path, text: str) -> None:
    nodes = f"  a: {{{menu(text, '1: {goto: end}, 2: {goto: end}')}}}\n"
    assert check_nodes(tmp_path, nodes).problems == ()


class Case(Strict):
    """A way and its condition."""

    when: Expression
    goto: Target


class Probe(Node):
    """A node that has of everything a little."""

    verb: ClassVar[str] = "probe"

    probe: Annotated[Text | None, BeforeValidator(lambda value: value or None)] = None
    set: Table[Variable, str] = {}  # noqa: RUF012 - pydantic copies it
    extension: Setter | None = None
    cases: tuple[Case, ...] = ()
    then: Target | None = None
    on_failure: Target | None = None

    async def run(self, talk: Conversation) -> Exit:
        return Exit(None, "")


class Setter(Strict):
    """A way that sets something."""

    into: Variable
    then: Target


Probe.model_rebuild()


def uses(**nodes: dict[str, object]) -> set[tuple[str, str, Unset]]:
    names = Names(variables=frozenset({"x", "y", "caller"}))
    built = {name: Probe.model_validate(node, context=names) for name, node in nodes.items()}
    return {(use.node, use.variable, use.unset) for use in unset_uses("a", built)}


SAYS_X: dict[str, object] = {"probe": {"sv": "{{ x }}"}}
SETS_X: dict[str, object] = {"set": {"x": "1"}}


def test_a_value_set_before_it_is_used_is_right() -> None:
    assert uses(a=SETS_X | {"then": "b"}, b=SAYS_X) == set()


def test_a_value_set_only_behind_its_use_is_never_set() -> None:
    assert uses(a=SAYS_X | {"then": "b"}, b=SETS_X) == {("a", "x", Unset.ALWAYS)}


def test_a_value_set_where_it_is_used_comes_too_late() -> None:
    assert uses(a=SAYS_X | SETS_X) == {("a", "x", Unset.ALWAYS)}


def test_a_value_set_on_one_of_two_ways_is_sometimes_not_set() -> None:
    cases = [{"when": "caller == '1'", "goto": "b"}]
    found = uses(a={"cases": cases, "then": "c"}, b=SETS_X | {"then": "c"}, c=SAYS_X)
    assert found == {("c", "x", Unset.SOMETIMES)}


def test_a_value_is_perhaps_not_set_where_the_setting_failed() -> None:
    found = uses(a=SETS_X | {"then": "b", "on_failure": "c"}, b=SAYS_X, c=SAYS_X)
    assert found == {("c", "x", Unset.SOMETIMES)}


def test_a_value_set_for_one_way_is_set_on_that_way_alone() -> None:
    extension = {"into": "x", "then": "b"}
    found = uses(a={"extension": extension, "then": "c"}, b=SAYS_X, c=SAYS_X)
    assert found == {("c", "x", Unset.SOMETIMES)}


def test_a_value_that_goes_round_a_circle_is_followed() -> None:
    found = uses(a={"then": "b"}, b=SAYS_X | {"then": "c"}, c=SETS_X | {"then": "b"})
    assert found == {("b", "x", Unset.SOMETIMES)}


@pytest.mark.parametrize("when", ["x is defined", "x == '1'", "caller == '1' and x is defined"])
def test_a_condition_that_knows_the_value_vouches_for_it(when: str) -> None:
    cases = [{"when": when, "goto": "c"}]
    maybe = {"then": "b", "on_failure": "b"}
    found = uses(a=SETS_X | maybe, b={"cases": cases, "then": "d"}, c=SAYS_X, d={})
    assert not {one for one in found if one[0] == "c"}


@pytest.mark.parametrize(
    ("source", "variables"),
    [
        ("{{ x }}", {"x"}),
        ("{{ x | default('') }} {{ y }}", {"y"}),
        ("{{ x if x is defined else y }}", {"y"}),
        ("{{ x | upper }}", {"x"}),
    ],
)
def test_what_is_tested_or_has_a_default_is_not_needed(source: str, variables: set[str]) -> None:
    assert needed(source) == variables


def test_unset_values_are_told_with_their_severity(tmp_path: Path) -> None:
    names = Names(variables=frozenset({"x"}))
    nodes = {
        name: Probe.model_validate(node, context=names)
        for name, node in {
            "a": SAYS_X | {"then": "b"},
            "b": {"set": {"x": "1"}, "then": "end", "on_failure": "end"},
            "end": SAYS_X,
        }.items()
    }
    found = list(of_tree(Document(tmp_path / "t.yaml"), "a", nodes))
    assert [(one.message, one.severity) for one in found] == [
        ("“x” is not set on any way to here", Severity.ERROR),
        ("“x” is not set on every way to here", Severity.WARNING),
    ]


def test_the_probe_is_no_node_type_of_the_language() -> None:
    assert "probe" not in NODE_TYPES
