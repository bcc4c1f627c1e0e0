"""A tree that takes another one's place for a time: ``replaces: TREE``, ``from``, ``until``.

Times are those of the organisation's clock; ``from`` belongs to the time, ``until`` does not. A
call asks once, when it begins, which of them is in effect, so nothing has to happen at midnight.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Protocol, TypeAlias

from pydantic import PlainValidator

from ivr.flow.document import Document
from ivr.flow.faults import fault
from ivr.flow.problems import Problem, suggestion
from ivr.flow.tree import Tree

_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2})?")


def _moment(value: object) -> datetime:
    text = value.strip() if isinstance(value, str) else ""
    try:
        if _MOMENT.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError:
        pass  # such as 2026-02-30T00:00: the same sentence says it
    raise fault("bad_moment", f"“{text}” is not a time", advice="write it as 2026-12-24T00:00")


Moment: TypeAlias = Annotated[datetime, PlainValidator(_moment)]
"""A day and a time by the organisation's clock (naive); midnight where no time is written."""


class Described(Protocol):
    """What a tree's file says about its time."""

    @property
    def numbers(self) -> tuple[str, ...]:
        """Its own numbers."""

    @property
    def replaces(self) -> str | None:
        """The tree whose place it takes."""

    @property
    def begins(self) -> datetime | None:
        """From then on."""

    @property
    def until(self) -> datetime | None:
        """To then."""


def in_effect(tree: Tree, variants: Sequence[Tree], now: datetime) -> Tree:
    """The one of ``variants`` whose time it is, else the ``tree`` that they replace."""
    moment = now.astimezone(UTC)  # two times of one zone would be compared by the wall's clock
    return next(
        (
            variant
            for variant in variants
            if (variant.begins is None or variant.begins.astimezone(UTC) <= moment)
            and (variant.ends is None or moment < variant.ends.astimezone(UTC))
        ),
        tree,
    )


def by_replaced(trees: Sequence[Tree]) -> Mapping[tuple[str, str], tuple[Tree, ...]]:
    """The variants of each tree that has some, by organisation and tree."""
    found: dict[tuple[str, str], tuple[Tree, ...]] = {}
    for tree in trees:
        if tree.replaces:
            key = tree.organisation.id, tree.replaces
            found[key] = (*found.get(key, ()), tree)
    return found


@dataclass(frozen=True, slots=True)
class _Span:
    document: Document
    begins: datetime
    ends: datetime


def variant_problems(trees: Sequence[tuple[Document, Described | None]]) -> Iterator[Problem]:
    """What is wrong with the times of one organisation's trees.

    Args:
        trees: Every file and what it says, ``None`` where that could not be read.
    """
    known = {document.file.stem for document, _ in trees if not document.section().get("replaces")}
    spans: dict[str, list[_Span]] = {}
    for document, said in trees:
        if said is None:
            continue
        if (wrong := _wrong_alone(document, said)) is not None:
            yield wrong
        elif said.replaces is not None:
            if said.replaces not in known:
                yield _unknown(document, said.replaces, known, trees)
                continue
            span = _Span(document, said.begins or datetime.min, said.until or datetime.max)
            for other in spans.setdefault(said.replaces, []):
                if span.begins < other.ends and other.begins < span.ends:
                    yield _overlap(span, other, said.replaces)
                    break
            spans[said.replaces].append(span)


def _wrong_alone(document: Document, said: Described) -> Problem | None:
    """What is wrong whatever the other trees say."""
    if said.replaces is None:
        for key in ("from", "until"):
            if document.holds((key,)):
                return document.problem(
                    document.key_place((key,)),
                    f"“{key}” is for a tree that takes another one's place for a time",
                    "say which: “replaces: NAME”, the other file's name without .yaml",
                )
        if not said.numbers:
            return document.problem(
                document.key_place(("start",)),
                "no number leads to this tree",
                'give it “numbers: ["…"]”, or “replaces: NAME” and its time',
            )
        return None
    if said.begins is None and said.until is None:
        return document.problem(
            document.value_place(("replaces",)),
            "nothing says when this tree takes the other one's place",
            "add “from: 2026-12-24T00:00”, “until: …” or both",
        )
    if said.begins is not None and said.until is not None and said.begins >= said.until:
        return document.problem(
            document.value_place(("until",)),
            f"the time ends at {_spelled(said.until)}, before it begins",
            f"it begins at {_spelled(said.begins)}",
        )
    return None


def _unknown(
    document: Document,
    name: str,
    known: set[str],
    trees: Sequence[tuple[Document, Described | None]],
) -> Problem:
    place = document.value_place(("replaces",))
    if name == document.file.stem:
        return document.problem(place, "a tree cannot take its own place", suggestion("", known))
    if any(other.file.stem == name for other, _ in trees):
        return document.problem(
            place,
            f"“{name}” takes another tree's place itself",
            "name the tree that is there at all other times",
        )
    return document.problem(place, f"no tree is named “{name}”", suggestion(name, known))


def _overlap(span: _Span, other: _Span, name: str) -> Problem:
    both = max(span.begins, other.begins)
    when = "at the same time" if both == datetime.min else f"at {_spelled(both)}"
    key = "from" if span.document.holds(("from",)) else "until"
    return span.document.problem(
        span.document.value_place((key,)),
        f"“{other.document.file.stem}” takes the place of “{name}” {when} too",
        "let one end where the other begins",
    )


def _spelled(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M}"
