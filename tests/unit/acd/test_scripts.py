"""The Lua files keep the room's style, and agree with the Python beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import acd.errors
from acd.errors import AcdError
from acd.keys import CALLBACK, Keys, offer_channel
from acd.model.offer import RefusalReason
from acd.model.queue import Strategy
from acd.model.waiting import LeaveReason
from acd.script import _REFUSALS, SHARED, load
from store.contract.table import KINDS
from store.events import EventType
from store.stream import STREAM_LIMIT

pytestmark = pytest.mark.unit

FOLDER = Path(acd.errors.__file__).parent / "scripts"
IN_COMMON = {part: (FOLDER / "shared" / f"{part}.lua").read_text("utf-8") for part in SHARED}
SCRIPTS = sorted(path.stem for path in FOLDER.glob("*.lua"))


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_begins_with_its_signature_and_the_keys_that_it_uses(name: str) -> None:
    head = (FOLDER / f"{name}.lua").read_text(encoding="utf-8")
    assert re.match(rf"-- {name} now .*->", head)
    assert re.search(r"^-- (Reads|Writes) ", head, re.MULTILINE)


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_has_what_it_uses_in_front_and_no_more(name: str) -> None:
    text = re.sub(r"--.*|'[^'\n]*'", "", load(name).text)
    own = (FOLDER / f"{name}.lua").read_text(encoding="utf-8")
    assert load(name).text.endswith(own)
    functions = re.findall(r"^local function (\w+)", "".join(IN_COMMON.values()), re.MULTILINE)
    assert len(functions) > 60
    for function in functions:
        told = [line for line in text.splitlines() if re.search(rf"(?<!\.)\b{function}\b", line)]
        defined = [line for line in told if line.startswith(f"local function {function}(")]
        assert len(defined) == bool(told), function
        assert not defined or told[0] == defined[0], function


@pytest.mark.parametrize("name", [*(f"shared/{part}" for part in SHARED), *SCRIPTS])
def test_no_script_reads_a_clock_or_names_a_key_of_its_own(name: str) -> None:
    text = (FOLDER / f"{name}.lua").read_text(encoding="utf-8")
    assert "'TIME'" not in text
    assert "os." not in text
    assert not re.search(r"call\('[A-Z]+', ['\"]vaxel:(?!offers:)", text)


def test_the_scripts_take_the_keys_in_the_order_in_which_they_are_passed() -> None:
    names = re.search(r"local (EVENTS,[\s\S]*?) = unpack\(KEYS\)", IN_COMMON["keys"])
    assert names is not None
    in_lua = [name.strip().lower() for name in names[1].split(",")]
    passed = [re.sub(r"^vaxel:\{x\}:|:\{x\}$", "", key) for key in Keys("x").all]
    assert in_lua == passed
    assert f"EVALSHA sha {len(passed)} " in IN_COMMON["keys"]


def test_every_refusal_of_a_script_is_an_error_with_a_class() -> None:
    texts = [path.read_text(encoding="utf-8") for path in FOLDER.glob("**/*.lua")]
    replied = {code for text in texts for code in re.findall(r"error_reply\('([A-Z]+) ", text)}
    assert replied == set(_REFUSALS)


def test_every_event_of_a_script_is_in_the_vocabulary() -> None:
    texts = [path.read_text(encoding="utf-8") for path in FOLDER.glob("**/*.lua")]
    told = [line for text in texts for line in text.splitlines() if "event(" in line]
    named = {kind for line in told for kind in re.findall(r"'([a-z]+\.[a-z_]+)'", line)}
    assert named <= set(EventType)
    assert named == {kind for text in texts for types, *_ in told_by(text) for kind in types}
    assert len(named) == 35


def told_by(text: str) -> Iterator[tuple[set[str], dict[str, str], set[str], set[str]]]:
    """Each ``event(…)`` of a script: types, what stands for contact, queue and agent, the names of
    the fields that are always told, and of those where they are known.
    """
    for call in re.finditer(r"(?<![\w.])(?<!function )event\(", text):
        kind, _, *names = arguments(text[call.end() :])
        contact, queue, agent, *own = names
        sometimes = []
        if own and own[-1].startswith("known("):
            sometimes = arguments(own.pop()[len("known(") :])
        yield (
            set(re.findall(r"'([a-z]+\.[a-z_]+)'", kind)),
            {"contact": contact, "queue": queue, "agent": agent},
            {name.strip("'") for name in own[::2]},
            {name.strip("'") for name in sometimes[::2]},
        )


def arguments(text: str) -> list[str]:
    """Those of a call, from behind its opening bracket on."""
    found, depth = [""], 0
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        if depth < 0:
            break
        if character == "," and not depth:
            found.append("")
        else:
            found[-1] += character
    return [" ".join(one.split()) for one in found]


@pytest.mark.parametrize("name", [*(f"shared/{part}" for part in SHARED), *SCRIPTS])
def test_an_event_of_a_script_has_the_fields_of_the_contract(name: str) -> None:
    text = (FOLDER / f"{name}.lua").read_text(encoding="utf-8")
    for types, names, always, sometimes in told_by(text):
        kinds = [KINDS[EventType(kind)] for kind in types]
        # of two types that share a call, each has its own of these
        assert all(any(kind.field(one) for kind in kinds) for one in sometimes), types
        for kind in kinds:
            described = {field.name for field in kind.fields}
            required = {field.name for field in kind.fields if field.required}
            envelope = {name for name, value in names.items() if value != "''"}
            assert envelope | always <= described, kind
            assert required <= envelope | always | sometimes, kind
            assert required & sometimes <= {"outcome"}, kind  # of callbacks, which it asks for
            maybe = {name for name, value in names.items() if value.endswith("or ''")}
            assert not required & maybe, kind


def test_the_scripts_words_are_the_models_words() -> None:
    paused_for = re.search(r"PAUSED_AS = \{(.*)\}", IN_COMMON["keys"])
    assert paused_for is not None
    reasons = set(re.findall(r"(\w+) =", paused_for[1]))
    assert reasons == set(RefusalReason) - {RefusalReason.EXPIRED}
    assert f"reason == '{LeaveReason.ABANDONED}'" in IN_COMMON["ends"]
    told = set(re.findall(r"^--   (\w+)", IN_COMMON["strategies"], re.MULTILINE))
    compared = set(re.findall(r"strategy == '(\w+)'", IN_COMMON["strategies"]))
    assert compared < set(Strategy)
    assert told == set(Strategy) == compared | {"longest_idle", "weighted_random"}
    assert f"STREAM_LIMIT = {STREAM_LIMIT}" in IN_COMMON["keys"]
    assert f"'{offer_channel('')}'" in IN_COMMON["offers"]
    assert f"'{CALLBACK}' .. id" in IN_COMMON["offers"]


def test_every_error_has_a_code_of_its_own_and_says_what_to_do() -> None:
    classes = [
        kind
        for kind in vars(acd.errors).values()
        if isinstance(kind, type) and issubclass(kind, AcdError)
    ]
    assert len({kind.code for kind in classes}) == len(classes)
    assert all(kind.code == "acd" or kind.code.startswith("acd.") for kind in classes)
    for make in _REFUSALS.values():
        first, second = str(make("4001")).rstrip(".").split(". ")
        assert "4001" in first
        assert second[0].isupper()
