"""A call tree as boxes and lines: families, captions, and the caller's choices in words."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest

from ivr.flow.conversation import Conversation
from ivr.flow.expressions import Expression
from ivr.flow.faults import Strict
from ivr.flow.load import load_all
from ivr.flow.nodes import NODE_TYPES
from ivr.flow.picture.families import Family, family_of
from ivr.flow.picture.model import Box, Line, Picture, picture_of
from ivr.flow.picture.words import FAMILIES, LANGUAGES, PHRASES, VERBS, WAYS, word
from ivr.flow.texts import Text
from ivr.flow.tree import Exit, Node, Tree
from ivr.flow.vocabulary import Table, Target
from tests.unit.flow.trees import DEMO, ORGANISATION, tree_of

pytestmark = pytest.mark.unit


def reception() -> Tree:
    tree = load_all(DEMO).find("100")
    assert tree is not None
    return tree


def labels(picture: Picture, source: str) -> dict[str, list[tuple[str, str]]]:
    """Key and words of each arrow of a node, by the node that it leads to."""
    return {
        line.target: [(row.way.key, row.way.words) for row in line.rows]
        for line in picture.lines
        if line.source == source
    }


def box(picture: Picture, name: str) -> Box:
    return next(one for one in picture.boxes if one.name == name)


@pytest.mark.parametrize(
    ("language", "keys", "invalid", "silence"),
    [
        ("sv", "telefonväxeln", "fel val", "tystnad"),
        ("da", "omstillingen", "forkert valg", "stilhed"),
        ("en", "operator", "invalid", "silence"),
    ],
)
def test_a_menus_arrows_tell_key_and_phrases_in_the_language(
    language: str, keys: str, invalid: str, silence: str
) -> None:
    arrows = labels(picture_of(reception(), language), "main")
    assert arrows["operator"] == [("0", keys), ("", invalid), ("", silence)]
    assert [key for key, _ in arrows["main"]] == ["9"]


@pytest.mark.parametrize(
    ("language", "verb", "opened", "closed"),
    [
        ("sv", "öppettider", "öppet", "stängt"),
        ("da", "åbningstider", "åbent", "lukket"),
        ("en", "opening hours", "open", "closed"),
    ],
)
def test_opening_hours_tell_their_two_ways(
    language: str, verb: str, opened: str, closed: str
) -> None:
    picture = picture_of(reception(), language)
    assert box(picture, "opening").verb == verb
    assert labels(picture, "opening") == {"main": [("", opened)], "closed": [("", closed)]}


def test_the_only_way_on_needs_no_word() -> None:
    assert labels(picture_of(reception(), "sv"), "welcome") == {"choose_language": [("", "")]}


def test_a_box_tells_what_it_is_about_and_what_is_heard() -> None:
    picture = picture_of(reception(), "en")
    assert box(picture, "welcome").caption.speech == "Welcome to ‹organisation›."
    assert box(picture, "welcome").caption.subject == ""
    assert box(picture, "message").caption.subject == "reception"
    assert box(picture, "message").caption.speech.startswith("Please leave your name")
    assert box(picture, "operator").caption.subject == "operator"
    assert box(picture, "choose_language").caption.speech == "For English, press 3."


def test_a_queues_box_tells_what_is_required_of_the_agent(tmp_path: Path) -> None:
    node = (
        "  a: {queue: support, require: {language: '{{language}}', subject: {fees: 2}}, "
        "then: end, on_nobody: end}\n"
    )
    skilled = ORGANISATION + "skills: {language: [sv, en], subject: [fees]}\n"
    picture = picture_of(tree_of(tmp_path, node, skilled), "en")
    asked = "support (language: ‹language›, subject: fees 2)"
    assert box(picture, "a").caption.subject == asked


def test_the_numbers_lead_to_the_first_node() -> None:
    picture = picture_of(reception(), "sv")
    assert picture.numbers == ("+46 8 465 004 00", "100")
    assert (picture.lines[0].source, picture.lines[0].target) == ("", "welcome")


def test_a_box_as_text_tells_the_ways_on() -> None:
    picture = picture_of(reception(), "en")
    assert picture.told(box(picture, "support")).splitlines() == [
        "support (queue)",
        "support (language: ‹language›)",
        "then → goodbye",
        "waited too long → all_busy",
        "nobody logged in → nobody",
    ]


def test_every_node_type_of_the_demo_has_the_look_of_its_task() -> None:
    families = {one.name: one.family for one in picture_of(reception(), "sv").boxes}
    assert families["welcome"] is Family.SPEAKS
    assert families["choose_language"] is families["main"] is families["message"] is Family.ASKS
    assert families["opening"] is Family.DECIDES
    assert families["support"] is Family.QUEUES
    assert families["goodbye"] is Family.ENDS


@pytest.mark.parametrize("verb", NODE_TYPES)
def test_every_node_type_has_a_word_in_each_language(verb: str) -> None:
    assert verb in VERBS


@pytest.mark.parametrize("table", [VERBS, WAYS, PHRASES, FAMILIES])
def test_no_word_is_missing(table: dict[str, tuple[str, str, str]]) -> None:
    for words in table.values():
        assert len(words) == len(LANGUAGES)
        assert all(words)


def test_another_language_has_the_words_of_english() -> None:
    assert word(WAYS, "open", "fi") == "open"


class _Case(Strict):
    when: Expression
    goto: Target


class _Sorting(Node):
    """A node type that the pictures have never heard of."""

    verb: ClassVar[str] = "sort"
    instant: ClassVar[frozenset[str]] = frozenset({"sort", "on_odd_luck"})

    sort: tuple[_Case, ...]
    on_odd_luck: Target

    async def run(self, talk: Conversation) -> Exit:
        return Exit(None, "sorted")


class _Noting(Node):
    verb: ClassVar[str] = "note"

    note: Table[str, str]
    question: Text
    then: Target

    async def run(self, talk: Conversation) -> Exit:
        return Exit(self.then, "noted")


def _tree(**nodes: Node) -> Tree:
    return Tree(reception().organisation, "tree", ("100",), next(iter(nodes)), nodes)


def test_a_new_node_type_is_drawn_without_being_known_here() -> None:
    sorting = _Sorting.model_validate(
        {
            "sort": [{"when": "language == 'sv'", "goto": "note"}, {"when": "1 < 2", "goto": "a"}],
            "on_odd_luck": "note",
        }
    )
    noting = _Noting.model_validate(
        {"note": {"age": "{{ years }}", "kind": "b"}, "question": {"en": "How old?"}, "then": "a"}
    )
    picture = picture_of(_tree(a=sorting, note=noting), "en")
    assert labels(picture, "a") == {
        "note": [("", "language == 'sv'"), ("", "odd luck")],
        "a": [("", "1 < 2")],
    }
    assert box(picture, "a").verb == "sort"
    assert box(picture, "a").family is Family.DECIDES
    assert box(picture, "note").family is Family.ASKS
    assert box(picture, "note").caption.subject == "age = ‹years›, kind = b"
    assert box(picture, "note").caption.speech == "How old?"


def test_a_node_without_a_way_out_ends() -> None:
    class Stopping(Node):
        verb: ClassVar[str] = "stop"
        stop: str

        async def run(self, talk: Conversation) -> Exit:
            return Exit(None, "stopped")

    assert family_of(Stopping(stop="now")) is Family.ENDS


def test_the_arrow_taken_is_told_among_several_to_one_node(tmp_path: Path) -> None:
    nodes = """  a:
    menu: {sv: Hej, en: Hi}
    choices: {1: {goto: end}, 2: {goto: end}}
    on_invalid: {then: end}
    on_silence: {then: a}
"""
    node = tree_of(tmp_path, nodes).nodes["a"]
    for arrow in node.arrows():
        assert node.way_of(Exit(arrow.target, "any")) == arrow.path
    assert node.way_of(Exit("a", "by name")) == ("on_silence", "then")  # it is the only one
    assert node.way_of(Exit("end", "by name")) == ()
    assert node.way_of(Exit("elsewhere", "by name")) == ()


def test_phrases_beyond_three_are_left_out(tmp_path: Path) -> None:
    nodes = """  a:
    menu: {sv: Hej, en: Hi}
    choices: {1: {goto: end, phrases: {en: [one, two, three, four]}}}
    on_invalid: {then: end}
    on_silence: {then: a}
"""
    picture = picture_of(tree_of(tmp_path, nodes), "en")
    assert labels(picture, "a")["end"][0] == ("1", "one · two · three · …")


def test_lines_come_in_the_order_of_the_file() -> None:
    lines: list[Line] = list(picture_of(reception(), "sv").lines)
    assert [line.target for line in lines[:4]] == [
        "welcome",
        "choose_language",
        "opening",
        "main",
    ]
