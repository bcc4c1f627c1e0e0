"""Whatever a file holds: one clear error, soon, and nothing raised or run."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.flow.document import MAX_BYTES, read
from ivr.flow.load import check
from tests.unit.flow.trees import ORGANISATION, write

pytestmark = pytest.mark.unit

BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n"

USER = "numbers: ['1']\nstart: a\nnodes:\n  a: {use: x, with: {b: c}, exits: {d: a}}\n"

HOSTILE: dict[str, tuple[bytes, tuple[int, int], str]] = {
    "empty": (b"", (1, 1), "the file is empty"),
    "only a comment": (b"# nothing\n", (1, 1), "the file is empty"),
    "alias bomb": (BOMB.encode(), (1, 4), "anchors (&name) are not used here"),
    "lone alias": (b"a: *x\n", (1, 4), "aliases (*name) are not used here"),
    "python object": (
        b"start: !!python/object/apply:os.system ['true']\n",
        (1, 8),
        "tags (!name) are not used here",
    ),
    "custom tag": (b"start: !include secrets.yaml\n", (1, 8), "tags (!name) are not used here"),
    "tagged key": (b"!!str start: x\n", (1, 1), "tags (!name) are not used here"),
    "deep list": (b"[" * 100_000, (1, 21), "the nesting is deeper than 20 levels"),
    "deep mapping": (b"{a: " * 100_000, (1, 77 + 4), "the nesting is deeper than 20 levels"),
    "deep sequence": (b"- " * 100_000, (1, 41), "the nesting is deeper than 20 levels"),
    "too big": (b"x" * 5_000_000, (1, 1), f"the file is bigger than {MAX_BYTES // 1024} KiB"),
    "UTF-16": ("start: å\n".encode("utf-16"), (1, 1), "the file is written in UTF-16"),
    "UTF-32": ("start: å\n".encode("utf-32"), (1, 1), "the file is written in UTF-32"),
    "Latin-1": ("a: x\nstart: å\n".encode("latin-1"), (2, 8), "byte 0xe5 is not UTF-8 text"),
    "NUL": (b"a: x\nstart: \x00\n", (2, 8), "the file holds the character U+0000"),
    "escaped NUL": (b'start: "\\0"\n', (1, 8), "the text holds the character U+0000"),
    "escape sequence": (b"start: \x1b[31m\n", (1, 8), "the file holds the character U+001B"),
    "lone surrogate": (b'start: "\\ud800"\n', (1, 8), "the text holds the character U+D800"),
    "two documents": (b"a: b\n---\nc: d\n", (2, 1), "a second document begins here"),
    "complex key": (b"? [a, b]\n: c\n", (1, 3), "a key must be a plain text"),
    "tabs": (b"a:\n\tb: c\n", (2, 1), "this is not YAML: "),
    "open quote": (b'a: "b\nc: d\n', (3, 1), "this is not YAML: "),
    "colons": (b"a: b: c\n", (1, 5), "this is not YAML: "),
    "other version": (b"%YAML 9.9\n---\na: b\n", (1, 1), "this is not YAML: "),
    "half a tag": (b"a: !<x y\n", (1, 7), "this is not YAML: "),
}


@pytest.mark.parametrize(("raw", "place", "message"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_one_error_at_its_place(
    tmp_path: Path, raw: bytes, place: tuple[int, int], message: str
) -> None:
    file = tmp_path / "tree.yaml"
    file.write_bytes(raw)
    document = read(file)
    [problem] = document.problems
    assert document.data is None
    assert problem.message.startswith(message)
    assert (problem.line, problem.column) == place


@pytest.mark.parametrize("file", ["base.yaml", "shared/x.yaml", "town/shared/x.yaml"])
@pytest.mark.parametrize(("raw", "place", "message"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_that_many_share_is_one_error_too(
    tmp_path: Path, raw: bytes, place: tuple[int, int], message: str, file: str
) -> None:
    write(tmp_path / "town", "organisation.yaml", ORGANISATION)
    write(tmp_path / "town", "tree.yaml", USER)
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_bytes(raw)
    problems = [one for one in check(tmp_path).problems if one.file == tmp_path / file]
    assert [(one.line, one.column) for one in problems] == [place]
    assert problems[0].message.startswith(message)


def test_a_byte_order_mark_of_utf_8_is_no_problem(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_bytes(b"\xef\xbb\xbfa: b\n")
    document = read(tmp_path / "t.yaml")
    assert document.data == {"a": "b"}


def test_every_scalar_is_the_text_that_was_written(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text("{a: no, b: 010, c: 08:00-17:00, d: ~, e: , f: 1e3, g: 'x'}")
    assert read(tmp_path / "t.yaml").data == {
        "a": "no",
        "b": "010",
        "c": "08:00-17:00",
        "d": "~",
        "e": "",
        "f": "1e3",
        "g": "x",
    }


def test_a_key_given_twice_keeps_the_first_value_and_names_both_places(tmp_path: Path) -> None:
    file = tmp_path / "t.yaml"
    file.write_text("a: 1\nb: {c: 1, c: {d: 2, d: 3}}\na: [x]\n")
    document = read(file)
    assert document.data == {"a": "1", "b": {"c": "1"}}
    assert [(p.line, p.column, p.advice) for p in document.problems] == [
        (2, 11, f"the first is at {file}:2:5; keep one of them"),
        (3, 1, f"the first is at {file}:1:1; keep one of them"),
    ]


def test_a_file_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    write(tmp_path / "town", "organisation.yaml", ORGANISATION)
    (tmp_path / "town" / "tree.yaml").symlink_to("tree.yaml")
    os.mkdir(tmp_path / "town" / "folder.yaml")
    messages = [problem.message for problem in check(tmp_path).problems]
    assert messages == [
        "the file cannot be read (Is a directory)",
        "the file cannot be read (Too many levels of symbolic links)",
    ]


def test_an_escape_sequence_does_not_reach_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_bytes(b"start: \x1b[31m\xc2\x9b31m\n")
    [problem] = read(tmp_path / "t.yaml").problems
    assert "\x1b" not in str(problem)
    assert "\x9b" not in str(problem)


YAML_ISH = st.lists(
    st.one_of(
        st.sampled_from(list("{}[]:,-?#&*!|>'\"%@`~ \n\t=<.")),
        st.sampled_from(["nodes", "start", "say", "menu", "sv", ": ", "- ", "\n  ", "---\n", "!!"]),
        st.characters(),
    ),
    max_size=60,
).map("".join)


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    raw=st.one_of(
        st.binary(max_size=200), YAML_ISH.map(lambda text: text.encode("utf-8", "surrogatepass"))
    )
)
def test_any_bytes_are_read_or_refused(tmp_path: Path, raw: bytes) -> None:
    file = tmp_path / "t.yaml"
    file.write_bytes(raw)
    document = read(file)
    assert document.problems or document.data is not None
    for problem in document.problems:
        assert problem.line >= 1
        assert problem.column >= 1
        assert problem.message


VALUES = st.recursive(
    st.sampled_from(
        ["", "a", "b", "sv", "1", "office", "support", "5 s", "99 min", "{{ caller }}", "{{ x", "~"]
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                [
                    "say",
                    "menu",
                    "language",
                    "hours",
                    "queue",
                    "voicemail",
                    "hang_up",
                    "then",
                    "choices",
                    "1",
                    "goto",
                    "sv",
                    "en",
                    "on_invalid",
                    "on_silence",
                    "repeat",
                    "open",
                    "closed",
                    "greeting",
                    "max_wait",
                    "on_nobody",
                    "wait",
                    "a",
                    "b",
                    "*",
                ]
            ),
            inner,
            max_size=5,
        ),
    ),
    max_leaves=12,
)
NODES = st.dictionaries(st.sampled_from(["a", "b", "c", "d d"]), VALUES, max_size=4)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(nodes=st.one_of(VALUES, NODES), start=VALUES, numbers=VALUES)
def test_any_shape_of_a_tree_is_accepted_or_told(
    tmp_path: Path, nodes: object, start: object, numbers: object
) -> None:

    write(tmp_path / "town", "organisation.yaml", ORGANISATION)
    tree = json.dumps({"numbers": numbers, "start": start, "nodes": nodes}, ensure_ascii=False)
    write(tmp_path / "town", "tree.yaml", tree)
    checked = check(tmp_path)
    errors = [problem for problem in checked.problems if problem.severity == "error"]
    assert (checked.catalogue is None) == bool(errors)
    assert all(str(problem) for problem in checked.problems)


FILES = st.dictionaries(
    st.sampled_from(
        [
            *("id", "name", "languages", "texts", "hours", "queues", "queue_defaults", "holidays"),
            *("parameters", "start", "nodes", "numbers", "country", "weekly", "default"),
        ]
    ),
    VALUES,
    max_size=6,
)
USES = st.fixed_dictionaries({"use": st.sampled_from(["x", "y"])}) | st.dictionaries(
    st.sampled_from(["with", "exits"]), VALUES, max_size=2
).map(lambda keys: {"use": "x", **keys})
SHARED = st.one_of(
    FILES,
    st.builds(
        lambda parameters, nodes: {"parameters": parameters, "start": "a", "nodes": nodes},
        st.one_of(st.just(["a", "b"]), VALUES),
        st.dictionaries(
            st.sampled_from(["a", "b", "c"]),
            st.one_of(USES, VALUES, st.just({"return": "b"}), st.just({"say": "{{ a }}"})),
            max_size=3,
        ),
    ),
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(base=st.one_of(FILES, VALUES), own=FILES, shared=SHARED, node=USES)
def test_any_shape_of_what_is_shared_is_accepted_or_told(
    tmp_path: Path, base: object, own: dict[str, object], shared: object, node: object
) -> None:
    tree = {"numbers": ["1"], "start": "a", "nodes": {"a": node, "b": {"hang_up": ""}}}
    for file, value in {
        "base.yaml": base,
        "town/organisation.yaml": own,
        "shared/x.yaml": shared,
        "town/tree.yaml": tree,
    }.items():
        write((tmp_path / file).parent, Path(file).name, json.dumps(value, ensure_ascii=False))
    checked = check(tmp_path)
    errors = [problem for problem in checked.problems if problem.severity == "error"]
    assert (checked.catalogue is None) == bool(errors)
    assert all(str(problem) for problem in checked.problems)
