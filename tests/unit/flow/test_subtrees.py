"""Sub-trees put in the place of the nodes that use them, and what is told where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.flow.engine import Run
from ivr.flow.load import check, load_all
from ivr.flow.memory import MemoryCall, Script
from ivr.flow.problems import Problem
from ivr.flow.tree import Tree
from tests.unit.flow.trees import END, ORGANISATION, write

pytestmark = pytest.mark.unit

ASK = """parameters: {what: {about: the question}, again: {default: 1}}
start: ask
nodes:
  ask:
    menu: "{{ what }}"
    choices: {1: {goto: yes}, 2: {goto: no}}
    on_invalid: {repeat: "{{ again }}", then: no}
    on_silence: {then: no}
  yes: {return: agreed}
  no: {return: refused}
"""
USE = "  a: {use: ask, with: {what: {sv: Ja, en: Yes}}, exits: {agreed: end, refused: b}}\n"
OTHER = "  b: {say: {sv: hej, en: hello}, then: end}\n"


@dataclass(frozen=True)
class Told:
    """Problems as ``file:line:column``, and the marked places likewise."""

    problems: tuple[Problem, ...]
    marked: list[str]

    @property
    def places(self) -> list[str]:
        return [f"{one.file.name}:{one.line}:{one.column}" for one in self.problems]

    @property
    def messages(self) -> list[str]:
        return [one.message for one in self.problems]

    @property
    def advice(self) -> list[str]:
        return [one.advice for one in self.problems]


def files(folder: Path, nodes: str, **shared: str) -> Told:
    """Check a tree that starts at ``a``; the marks of all its files are expected places."""
    write(folder / "town", "organisation.yaml", ORGANISATION)
    trees = {"tree": f'numbers: ["100"]\nstart: a\nnodes:\n{nodes}{END}'}
    marked = []
    for name, text in (trees | shared).items():
        home = folder / "town" if name == "tree" else folder / "shared"
        marked += [f"{name}.yaml:{x}:{y}" for x, y in write(home, f"{name}.yaml", text)]
    return Told(tuple(check(folder).problems), marked)


def tree(folder: Path, nodes: str, **shared: str) -> Tree:
    files(folder, nodes, **shared)
    found = load_all(folder).find("100")
    assert found is not None
    return found


def test_the_nodes_of_a_sub_tree_take_the_place_of_its_user(tmp_path: Path) -> None:
    found = tree(tmp_path, USE + OTHER, ask=ASK)
    assert set(found.nodes) == {"a/ask", "a/yes", "a/no", "b", "end"}
    assert found.start == "a/ask"
    arrows = {name: {one.target for one in node.arrows()} for name, node in found.nodes.items()}
    assert arrows["a/ask"] == {"a/yes", "a/no"}
    assert (arrows["a/yes"], arrows["a/no"]) == ({"end"}, {"b"})


async def test_a_call_goes_through_a_sub_tree_and_on(tmp_path: Path) -> None:
    found = tree(tmp_path, USE + OTHER, ask=ASK)
    call = MemoryCall(Script.parse("2"), dialled="100", began=datetime(2026, 1, 1, tzinfo=UTC))
    result = await Run(found, call, now=call.now).to_end()
    assert [step.visit.node for step in result.trace] == ["a/ask", "a/no", "b", "end"]
    assert call.heard[0].text == "Ja"


def test_one_sub_tree_may_be_used_many_times_with_other_values(tmp_path: Path) -> None:
    second = (
        USE.replace("  a:", "  b:")
        .replace("sv: Ja", "sv: Nej")
        .replace("refused: b", "refused: end")
    )
    found = tree(tmp_path, USE + second, ask=ASK)
    assert {"a/ask", "b/ask"} <= set(found.nodes)
    targets = {one.target for one in found.nodes["a/no"].arrows()}
    assert targets == {"b/ask"}


def test_sub_trees_use_sub_trees_and_hand_values_on(tmp_path: Path) -> None:
    twice = """parameters: [words, queue]
start: first
nodes:
  first:
    use: ask
    with: {what: "{{ words }}"}
    exits: {agreed: wait, refused: out}
  wait: {queue: "{{ queue }}", then: out, on_nobody: out}
  out: {return: done}
"""
    use = "  a: {use: twice, with: {words: {sv: å, en: o}, queue: support}, exits: {done: end}}\n"
    found = tree(tmp_path, use, ask=ASK, twice=twice)
    assert found.start == "a/first/ask"
    assert {"a/first/ask", "a/first/yes", "a/wait", "a/out"} <= set(found.nodes)
    assert {one.target for one in found.nodes["a/first/yes"].arrows()} == {"a/wait"}


def test_a_value_inside_a_text_is_put_in_in_the_texts_own_language(tmp_path: Path) -> None:
    greet = """parameters: [who, where]
start: say
nodes:
  say:
    say: {sv: "{{ who }} i {{ where }}, {{ organisation }}", en: "{{who}} of {{ where }}"}
    then: out
  out: {return: done}
"""
    use = "  a: {use: greet, with: {who: Alva, where: {sv: byn, en: town}}, exits: {done: end}}\n"
    found = tree(tmp_path, use, greet=greet)
    [text] = [one for _, one in found.nodes["a/say"].holds(object) if hasattr(one, "root")]
    assert {tag: phrase.source for tag, phrase in text.root.items()} == {
        "sv": "Alva i byn, {{ organisation }}",
        "en": "Alva of town",
    }


def test_the_organisations_own_sub_tree_comes_before_the_citys(tmp_path: Path) -> None:
    own = ASK.replace("  ask:", "  own:").replace("start: ask", "start: own")
    write(tmp_path / "town" / "shared", "ask.yaml", own)
    assert tree(tmp_path, USE + OTHER, ask=ASK).start == "a/own"


def test_languages_that_are_not_declared_are_left_out_of_the_citys_sub_trees(
    tmp_path: Path,
) -> None:
    hello = """start: pick
nodes:
  pick:
    language: {sv: Tryck 1, en: Press 2, da: Tryk 3}
    choices: {1: sv, 2: en, 3: da}
    then: menu
  menu:
    menu: {sv: Ett, en: One, da: Et}
    choices: {1: {goto: out, phrases: {da: [et]}}}
    on_invalid: {then: out}
    on_silence: {say: {sv: x, en: x, da: x}, then: out}
  out: {return: done}
"""
    use = "  a: {use: hello, exits: {done: end}}\n"
    assert files(tmp_path, use, hello=hello).problems == ()


SLIPS = {
    "an unknown sub-tree": (
        USE.replace("use: ask", "use: «aks"),
        ASK,
        "no sub-tree is named “aks”",
        "did you mean “ask”?",
    ),
    "an unknown parameter": (
        USE.replace("what:", "«whta: x, what:"),
        ASK,
        "the sub-tree “ask” has no parameter “whta”",
        "did you mean “what”?",
    ),
    "a missing parameter": (
        USE.replace("with: {what: {sv: Ja, en: Yes}}, ", "").replace("a:", "«a:"),
        ASK,
        "the sub-tree “ask” asks for “what”, the question",
        "add “with: {what: …}”",
    ),
    "an unknown exit": (
        USE.replace("agreed: end", "agreed: end, «agred: end"),
        ASK,
        "the sub-tree “ask” never ends by “agred”",
        "did you mean “agreed”?",
    ),
    "a missing exit": (
        USE.replace(", refused: b", "").replace("exits", "«exits"),
        ASK,
        "nothing says where to go when “ask” ends by “refused”",
        "add “exits: {refused: …}”",
    ),
    "an exit to nowhere": (
        USE.replace("agreed: end", "agreed: «ned"),
        ASK,
        "no node is named “ned”",
        "did you mean “end”?",
    ),
    "a wrong value": (
        USE.replace("with: {", "with: {again: «often, "),
        ASK,
        "a whole number was expected here",
        "write it in digits",
    ),
    "a value without a translation": (
        USE.replace("what: {sv: Ja, en: Yes}", "«what: {sv: Ja}"),
        ASK,
        "the text is missing in English (en)",
        "add “en: …”",
    ),
    "a slip in the sub-tree": (
        USE,
        ASK.replace("yes: {return", "«yes: {retrun"),
        "nothing here says what the node does",
        None,
    ),
    "an undefined node in the sub-tree": (
        USE,
        ASK.replace("then: no}\n  yes", "then: «end}\n  yes"),
        "no node is named “end”",
        None,
    ),
    "a sub-tree that uses itself": (
        USE,
        ASK
        + "  again: {use: «ask, with: {what: {sv: x, en: x}}, exits: {agreed: yes, refused: no}}\n",
        "the sub-tree “ask” uses itself: ask → ask",
        None,
    ),
    "a missing start": (USE, "«" + ASK.replace("start: ask\n", ""), "“start” is missing", None),
    "a return in a tree": (
        USE + "  c: {return: «done}\n",
        ASK,
        "there is nothing to return to: this is no sub-tree",
        None,
    ),
    "a name with a slash": (
        USE + "  «c/d: {hang_up: }\n",
        ASK,
        "“c/d” is no name",
        None,
    ),
}


@pytest.mark.parametrize(("nodes", "ask", "message", "advice"), SLIPS.values(), ids=SLIPS)
def test_each_slip_is_told_where_it_was_made(
    tmp_path: Path, nodes: str, ask: str, message: str, advice: str | None
) -> None:
    told = files(tmp_path, nodes + OTHER, ask=ask)
    index = told.messages.index(message)
    assert told.places[index] == told.marked[0]
    if advice is not None:
        assert told.advice[index] == advice


def test_a_loop_through_two_sub_trees_is_told(tmp_path: Path) -> None:
    nodes = "  a: {use: on, exits: {done: b}}\n  b: {use: on, exits: {done: a}}\n"
    told = files(tmp_path, nodes, on="start: out\nnodes:\n  out: {return: done}\n")
    assert "round for ever without a wait for the caller: a/out → b/out → a/out" in told.messages[0]


def test_a_sub_tree_that_nobody_uses_is_checked_as_far_as_it_can_be(tmp_path: Path) -> None:
    unused = """parameters: [queue]
start: «a
nodes:
  b: {queue: "{{ queue }}", then: c, on_nobody: «nowhere}
  c: {say: {sv: "{{ what_a_tree_sets }}"}, then: «nowhere}
"""
    told = files(tmp_path, OTHER.replace("b:", "a:"), unused=unused)
    assert told.messages == ["no node is named “a”"]
    told = files(tmp_path, OTHER.replace("b:", "a:"), unused=unused.replace("«a", "b"))
    assert (told.places, told.messages) == (told.marked[1:], ["no node is named “nowhere”"])


def test_a_slip_of_a_sub_tree_is_told_once_for_all_its_users(tmp_path: Path) -> None:
    second = USE.replace("  a:", "  b:").replace("refused: b", "refused: end")
    told = files(tmp_path, USE + second, ask=ASK.replace("then: no}\n  yes", "then: «nay}\n  yes"))
    assert told.places == told.marked
    assert told.advice[0].endswith("needed by " + str(tmp_path / "town" / "tree.yaml"))


def test_a_sub_tree_that_nothing_leads_to_is_told_once_at_its_user(tmp_path: Path) -> None:
    told = files(
        tmp_path,
        OTHER.replace("  b:", "  a:")
        + USE.replace("  a:", "  «c:").replace("refused: b", "refused: end"),
        ask=ASK,
    )
    assert (told.places, told.messages) == (told.marked, ["no way leads to the node “c”"])


def test_use_is_eight_deep_at_most(tmp_path: Path) -> None:
    def level(number: int) -> str:
        use = f"  x: {{use: l{number + 1}, exits: {{done: out}}}}\n"
        return f"start: x\nnodes:\n{use}  out: {{return: done}}\n"

    shared = {f"l{number}": level(number) for number in range(1, 10)}
    shared["l9"] = "start: out\nnodes:\n  out: {return: done}\n"
    right = "  a: {use: l2, exits: {done: end}}\n"
    assert files(tmp_path, right, **shared).problems == ()
    shared["l8"] = shared["l8"].replace("use: l9", "use: «l9")
    told = files(tmp_path, right.replace("l2", "l1"), **shared)
    assert (told.places, told.messages) == (
        told.marked,
        ["sub-trees use each other more than 8 levels deep"],
    )


def test_sub_trees_that_multiply_are_stopped(tmp_path: Path) -> None:
    def level(number: int) -> str:
        uses = "".join(
            f"  x{i}: {{use: l{number + 1}, exits: {{done: {f'x{i + 1}' if i < 19 else 'out'}}}}}\n"
            for i in range(20)
        )
        return f"start: x0\nnodes:\n{uses}  out: {{return: done}}\n"

    shared = {f"l{number}": level(number) for number in range(1, 8)}
    shared["l8"] = "start: out\nnodes:\n  out: {return: done}\n"
    told = files(tmp_path, "  a: {use: l1, exits: {done: end}}\n", **shared)
    assert "the sub-trees make this tree bigger than it may be" in told.messages


def test_texts_that_multiply_are_stopped(tmp_path: Path) -> None:
    long = "{{ x }} " * 10_000
    nodes = f"  say: {{say: {{sv: '{long}', en: x}}, then: out}}\n  out: {{return: done}}\n"
    shared = f"parameters: [x]\nstart: say\nnodes:\n{nodes}"
    use = f"  a: {{use: long, with: {{x: {'y' * 1_000}}}, exits: {{done: end}}}}\n"
    told = files(tmp_path, use, long=shared)
    assert told.messages == ["the text is longer than 2000 characters"]
