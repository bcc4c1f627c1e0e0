"""Random valid trees of every node type that there is, random people who call them, random worlds.

A node is made from its type's own fields, so that a new module in ``ivr/flow/nodes`` takes part by
itself. Where the fields of a type must fit each other, :data:`MENDED` makes them fit; where a field
has a type that is not known here, :func:`_values` is the place to tell it.
"""

from __future__ import annotations

import json
import math
import random
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin

from annotated_types import Ge, Le
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from ivr.flow.call import (
    RECORDED,
    CallerHungUp,
    MessageRequest,
    QueueOutcome,
    QueueRequest,
    Utterance,
)
from ivr.flow.callback import CallbackTexts, DayTexts
from ivr.flow.expressions import Expression
from ivr.flow.lengths import Length
from ivr.flow.load import load_all
from ivr.flow.memory_world import MemoryWorld
from ivr.flow.nodes import NODE_TYPES
from ivr.flow.preference import LAST, Choosing
from ivr.flow.requirement import Requiring
from ivr.flow.setting import Setting
from ivr.flow.texts import Text
from ivr.flow.tree import Node, Tree
from ivr.flow.vocabulary import (
    CALL_VARIABLES,
    KEYS,
    AnnouncementName,
    HoursName,
    Identifier,
    Key,
    LanguageTag,
    Name,
    Names,
    QueueName,
    Target,
    Variable,
)
from ivr.flow.world import Announced, Remembered, TransferOutcome, WebFailed
from tests.unit.flow.trees import ORGANISATION, texts, write

Data = Any  # of YAML

END = "end"
MOST_NODES = 6
MOST_TURNS = 200_000
VARIABLES = ("v1", "v2", "v3")
WORDS = ("alfa", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta")
EXPRESSIONS = (
    "v1",
    "v1 == v2",
    "v1 > 3",
    "v1 - 1",
    "v1 / v2",
    "-v1",
    "v1|int + 1",
    "v2|default('x')|length",
    "v1 is defined and v1",
    "v1 ~ v2 ~ caller",
    "'a' if v3 else v2",
    "caller|first",
)
CALLERS = ("", "+46 70 174 06 05", "+46 70 174 06 06", "+46 70 174 06 07")
"""Nobody's number, somebody's, one of the block list, one of the VIP list."""
OUTSIDE = "+46 8 465 004 00"
TEXTS = ("hej", "{{ organisation }}", "och {{ v1 }}", "{{ v1 / v2 }} {{ v3 }}", "{{ caller|int }}")

_DAYS = texts(DayTexts.model_fields, "      ")
_CALLBACK = texts({name: 0 for name in CallbackTexts.model_fields if name != "days"}, "    ")
RICH = (
    ORGANISATION.replace("support: {}", "support: {callback: {}, hours: office}")
    + f"  callback:\n{_CALLBACK}\n    days:\n{_DAYS}\n"
    + """http_hosts: [api.example.se]
transfers: ["+46 8*"]
callers: {blocked: ["+46 70 174 06 06"], vip: ["+46 70 174 06 07"]}
announcements: {alfa: {sv: alfa, en: alfa}}
skills: {language: [sv, en], subject: [alfa, beta]}
"""
)
"""The small organisation with all that a node may need of one."""

VERBS = tuple(verb for verb in NODE_TYPES if verb not in ("use", "return"))
"""Those of a tree as it runs: sub-trees are put in when the files are read."""

NAMES = Names(
    queues=frozenset({"support"}),
    hours=frozenset({"office"}),
    languages=("sv", "en"),
    variables=CALL_VARIABLES | set(VARIABLES),
    http_hosts=("api.example.se",),
    transfers=("+46 8*",),
    announcements=frozenset({"alfa"}),
    skills={"language": ("sv", "en"), "subject": ("alfa", "beta")},
    agents={"4001": frozenset({"support"})},
    opening=frozenset({"support"}),
)


@dataclass(frozen=True, slots=True)
class _Ways:
    """Where a node may lead: on, so that no circle is silent, or anywhere."""

    onward: Sequence[str]
    anywhere: Sequence[str]


# What a node's fields may hold -------------------------------------------------------------------


def _fields(model: type[BaseModel], ways: _Ways) -> st.SearchStrategy[Data]:
    """The keys of a node or of a part of one: what must stand there, and some of the rest."""
    instant = model.instant if issubclass(model, Node) else frozenset()
    must: dict[str, st.SearchStrategy[Data]] = {}
    may: dict[str, st.SearchStrategy[Data]] = {}
    for name, info in model.model_fields.items():
        here = replace(ways, anywhere=ways.onward) if name in instant else ways
        values = _values(info.annotation, info.metadata, here)
        (must if info.is_required() else may)[info.alias or name] = values
    return st.fixed_dictionaries(must, optional=may)


def _values(kind: Any, marks: Sequence[Any], ways: _Ways) -> st.SearchStrategy[Data]:
    """What a field of a type, marked so in ``Annotated``, may hold in YAML."""
    while get_origin(kind) is Annotated:
        kind, *more = get_args(kind)
        marks = (*more, *marks)
    marks = [
        mark for one in marks for mark in (one.metadata if isinstance(one, FieldInfo) else [one])
    ]
    if (named := _named(kind, marks)) is not None:
        return named
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return st.one_of([_values(one, marks, ways) for one in arguments if one is not type(None)])
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin is tuple:
        return st.lists(_values(arguments[0], (), ways), min_size=1, max_size=3)
    if origin is not None and issubclass(origin, Mapping):
        keys, values = (_values(one, (), ways) for one in arguments)
        return st.dictionaries(keys, values, min_size=1, max_size=3)
    return _simple(kind, marks, ways)


def _named(kind: Any, marks: Sequence[Any]) -> st.SearchStrategy[Data] | None:
    """Types of the vocabulary that are told by their marks alone."""
    lengths = [mark for mark in marks if isinstance(mark, Length)]
    if kind is float and lengths:
        least, most = math.ceil(lengths[0].least), math.floor(lengths[0].most)
        return st.integers(least, most).map(lambda seconds: f"{seconds} s")
    if any(isinstance(mark, Requiring) for mark in marks):
        return _requirements()
    if any(isinstance(mark, Choosing) for mark in marks):
        expressions = [f"{{{{ {one} }}}}" for one in EXPRESSIONS]
        return st.sampled_from([LAST, "4001", *expressions])
    known: Mapping[Any, Sequence[str]] = {
        QueueName: ["support"],
        HoursName: ["office"],
        AnnouncementName: ["alfa"],
        LanguageTag: ["sv", "en"],
        Key: list(KEYS),
        Identifier: WORDS,
        Name: WORDS,
    }
    for alias, values in known.items():
        if get_args(alias)[1] in marks and kind is str:
            return st.sampled_from(values)
    return None


def _requirements() -> st.SearchStrategy[Data]:
    """What agents must be able to do: skills that exist, and values that may be anything."""
    expressions = [f"{{{{ {one} }}}}" for one in ("language", *EXPRESSIONS)]
    kinds = {
        kind: st.sampled_from([*values, *expressions])
        for kind, values in (NAMES.skills or {}).items()
    }
    levels = st.integers(1, 10).map(str)
    one = {
        kind: st.one_of(values, st.dictionaries(values, levels, min_size=1, max_size=1))
        for kind, values in kinds.items()
    }
    return st.fixed_dictionaries({}, optional=one).filter(bool)


def _simple(kind: Any, marks: Sequence[Any], ways: _Ways) -> st.SearchStrategy[Data]:
    by_type: Mapping[Any, Callable[[], st.SearchStrategy[Data]]] = {
        Target: lambda: st.sampled_from(ways.anywhere),
        Variable: lambda: st.sampled_from(VARIABLES),
        Expression: lambda: st.sampled_from(EXPRESSIONS),
        Setting: lambda: st.sampled_from(
            [*TEXTS, *(f"{{{{ {one} }}}}" for one in EXPRESSIONS), "7"]
        ),
        bool: lambda: st.sampled_from(["true", "false"]),
        str: lambda: st.sampled_from(WORDS),
    }
    if kind in by_type:
        return by_type[kind]()
    if kind is int:
        least = max([0, *(cast(int, mark.ge) for mark in marks if isinstance(mark, Ge))])
        most = min([99, *(cast(int, mark.le) for mark in marks if isinstance(mark, Le))])
        return st.integers(least, most).map(str)
    if isinstance(kind, type) and issubclass(kind, Text):
        return st.fixed_dictionaries(dict.fromkeys(("sv", "en"), st.sampled_from(TEXTS)))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from([member.value for member in kind])
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return _fields(kind, ways)
    return st.sampled_from(WORDS)


# Where fields must fit each other ----------------------------------------------------------------


def _relaxed(data: dict[str, Data]) -> None:
    """Make each step later than the one before and, but for the last, ask for something else."""
    before = data.get("require")
    steps = data.pop("relax", []) if before else []
    lasting = int(data.get("max_wait", "14400 s").removesuffix(" s"))
    kept: list[dict[str, Data]] = []
    for number, step in enumerate(steps, 1):
        if step.get("require") == before or 5 * number >= lasting:
            break
        kept.append(step | {"after": f"{5 * number} s"})
        before = step.get("require")
        if before is None:
            break
    if kept:
        data["relax"] = kept


def _queue(data: dict[str, Data]) -> None:
    _relaxed(data)
    data.setdefault("on_closed", data["on_nobody"])
    if "max_wait" in data:
        data.setdefault("on_timeout", data["then"])
    else:
        data.pop("on_timeout", None)
    if "max_length" in data:
        data.setdefault("on_full", data["on_nobody"])
    else:
        data.pop("on_full", None)
    if "max_estimate" in data:
        data.setdefault("on_long_wait", data["on_nobody"])
    else:
        data.pop("on_long_wait", None)


def _queue_data(data: dict[str, Data]) -> None:
    if {"wait_low", "wait_high"} & set(data["into"].values()):
        data.setdefault("on_unknown", data["then"])
    else:
        data.pop("on_unknown", None)


def _split(data: dict[str, Data]) -> None:
    ways = data["split"]
    for way in ways:
        way["share"] = f"{100 // len(ways)} %"
    ways[0]["share"] = f"{100 - 100 // len(ways) * (len(ways) - 1)} %"


def _collect(data: dict[str, Data]) -> None:
    kinds = ("digits", "number", "date", "personnummer", "cpr", "phone", "case_number")
    data["as"] = kinds[WORDS.index(data.get("as", WORDS[0])) % len(kinds)]
    data.pop("pattern", None)
    if data["as"] == "case_number":
        data["pattern"] = "A-nn/n"
    if data["as"] not in ("digits", "number"):
        data.pop("length", None)
    elif isinstance(data.get("length"), dict):
        data["length"].pop("least", None)
    if "terminator" in data:
        data["terminator"] = "*" if data["terminator"] in "*13579" else "#"
    if data.get("confirm") == "true":
        data.pop("sensitive", None)
    if data.get("sensitive") == "true":
        data["into"] = "hidden"  # that no text speaks


def _listen(data: dict[str, Data]) -> None:
    for number, answer in enumerate(data["answers"].values()):
        answer["key"] = KEYS[number]
        answer.pop("phrases", None)
    next(iter(data["answers"].values()))["phrases"] = {"sv": ["ett"]}


def _transcribe(data: dict[str, Data]) -> None:
    if data.get("sensitive") == "true":
        data["into"] = "hidden"  # that no text speaks


def _menu(data: dict[str, Data]) -> None:
    for choice in list(data["choices"].values())[1:]:
        choice.pop("phrases", None)


def _http(data: dict[str, Data]) -> None:
    data["http"] = "https://api.example.se/{{ v1 }}"
    data.pop("headers", None)
    if "secret_headers" in data:
        data["secret_headers"] = {"Authorization": "case-system"}
    data["method"] = "POST" if "body" in data else "GET"


def _transfer(data: dict[str, Data]) -> None:
    data["transfer"] = "{{ v1 }}" if data["transfer"] in WORDS[:2] else OUTSIDE


def _sms(data: dict[str, Data]) -> None:
    if data.get("to") not in WORDS[:2]:
        data.pop("to", None)


def _switch_announcement(data: dict[str, Data]) -> None:
    data["for"] = f"{60 * (1 + len(data['then']))} s"


def _survey(data: dict[str, Data]) -> None:
    for number, question in enumerate(data["questions"]):
        question["id"] = WORDS[number]
        if question.get("kind") == "speech":
            question.pop("into", None)


MENDED: Mapping[str, Callable[[dict[str, Data]], None]] = {
    "queue": _queue,
    "queue_data": _queue_data,
    "split": _split,
    "collect": _collect,
    "listen": _listen,
    "transcribe": _transcribe,
    "menu": _menu,
    "survey": _survey,
    "http": _http,
    "transfer": _transfer,
    "sms": _sms,
    "switch_announcement": _switch_announcement,
}
"""What makes the fields of a node type fit each other, by its verb."""


# Nodes, trees, people, worlds --------------------------------------------------------------------


def nodes(verb: str, onward: Sequence[str], anywhere: Sequence[str]) -> st.SearchStrategy[Data]:
    """Valid nodes of one type, as YAML would give them.

    Args:
        verb: Of the type.
        onward: Where a way may lead that takes no time.
        anywhere: Where every other way may lead.
    """
    kind = NODE_TYPES[verb]
    names = replace(NAMES, nodes=frozenset(anywhere))

    def mended(data: dict[str, Data]) -> dict[str, Data] | None:
        copied: dict[str, Data] = json.loads(json.dumps(data))
        if verb in MENDED:
            MENDED[verb](copied)
        try:
            arrows = list(kind.model_validate(copied, context=names).arrows())
        except ValidationError:
            return None
        if arrows and not any(arrow.target in onward for arrow in arrows):
            *above, last = arrows[0].path
            part: Any = copied
            for step in above:
                part = part[step]
            part[last] = onward[-1]  # so that a way leads out of every circle
        return copied

    return _fields(kind, _Ways(onward, anywhere)).map(mended).filter(bool)


@st.composite
def tree_texts(draw: st.DrawFn, verbs: Sequence[str] = VERBS) -> str:
    """The text of a valid tree's file; YAML is a superset of JSON.

    Every variable is set to begin with, and from every node a way leads to the end.
    """
    names = [f"n{number}" for number in range(draw(st.integers(1, MOST_NODES)))]
    anywhere = [*names, END]
    made = {
        END: {"hang_up": ""},
        "setting": {"set": dict.fromkeys(VARIABLES, "1"), "then": names[0]},
    }
    for number, name in enumerate(names):
        verb = draw(st.sampled_from(verbs))
        made[name] = draw(nodes(verb, anywhere[number + 1 :], anywhere))
    return json.dumps({"numbers": ["100"], "start": "setting", "nodes": made})


def tree_of_text(folder: Path, text: str) -> Tree:
    """The tree of a file with this text."""
    write(folder / "town", "organisation.yaml", RICH)
    write(folder / "town", "tree.yaml", text)
    tree = load_all(folder).find("100")
    assert tree is not None
    return tree


class TooLong(Exception):
    """A call has asked its caller for more than any honest one does."""


class Anybody:
    """Somebody who does anything that a caller can do, and in the end hangs up or stays silent.

    Args:
        chance: Decides what.
        patience: After so many turns nothing more is done.
        hangs_up: Whether the end is a hang-up.

    Attributes:
        number: Theirs, one of :data:`CALLERS`.
        turns: How often they were asked for something, or told.
    """

    def __init__(self, chance: random.Random, patience: int, *, hangs_up: bool) -> None:
        self._chance = chance
        self._left = patience
        self._hangs_up = hangs_up
        self.number = chance.choice(CALLERS)
        self.turns = 0

    def hears(self, utterance: Utterance) -> None:
        self._turn()
        assert utterance.text
        assert utterance.language in ("sv", "en")

    def presses(self, wait: float) -> str:
        if not self._acts():
            return ""
        return "".join(self._chance.choices(KEYS, k=self._chance.choice((0, 1, 1, 1, 3, 9))))

    def answers(self, phrases: Sequence[str], wait: float) -> str:
        if self._chance.random() < 0.5:
            return self.presses(wait)
        return self._chance.choice([*phrases, "rubbish"]) if self._acts() else ""

    def rides(self, request: QueueRequest) -> QueueOutcome:
        self._acts()
        ends = [
            end for end in QueueOutcome if request.max_wait or end is not QueueOutcome.TIMED_OUT
        ]
        return self._chance.choice(ends)

    def speaks(self, request: MessageRequest) -> float:
        return self._chance.choice((0.0, 3.0)) if self._acts() else 0.0

    def _acts(self) -> bool:
        self._turn()
        self._left -= 1
        if self._left < 0 and self._hangs_up:
            raise CallerHungUp
        return self._left >= 0

    def _turn(self) -> None:
        self.turns += 1
        if self.turns > MOST_TURNS:
            raise TooLong


def let_anything_happen(world: MemoryWorld, began: datetime, chance: random.Random) -> None:
    """Let each thing outside of a call succeed or fail, for the whole of it.

    Args:
        world: Of the call.
        began: When it began.
        chance: Decides what.
    """
    answers: tuple[object, ...] = (dict.fromkeys(WORDS, 7), {}, b"rubbish", WebFailed("it is away"))
    world.web["https://"] = chance.choice(answers)
    world.transfers[OUTSIDE] = chance.choice(list(TransferOutcome))
    world.remembered = Remembered(
        known=chance.random() < 0.5, language=chance.choice(("", "sv", "en"))
    )
    if chance.random() < 0.5:
        on = chance.choice((Announced(), Announced({"sv": "hej"}), Announced(sound=RECORDED)))
        world.announcements["alfa"] = (on, began + timedelta(minutes=5))
    world.speaks = chance.random() < 0.5
    world.switches, world.calls_back, world.texts_go = chance.choices((True, False), k=3)
    world.rooms_open, world.desk_open = chance.choices((True, False), k=2)


def people() -> st.SearchStrategy[Anybody]:
    """Callers of every kind.

    By seeds: what is drawn inside a call that the engine guards would be caught by it.
    """
    return st.builds(
        lambda seed, patience, hangs_up: Anybody(random.Random(seed), patience, hangs_up=hangs_up),
        st.integers(0, 2**32),
        st.integers(0, 40),
        st.booleans(),
    )
