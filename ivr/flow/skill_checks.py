"""Requirements that no agent of the queue can fulfil, as far as that is known before any call."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from ivr.flow.document import Document, Path_
from ivr.flow.expressions import Expression
from ivr.flow.nodes.queue import InQueue
from ivr.flow.organisation import Organisation
from ivr.flow.problems import Problem, Severity
from ivr.flow.requirement import LANGUAGE, Wanted
from ivr.flow.skills import skill, told
from ivr.flow.tree import Node


def nobody_able(
    document: Document, organisation: Organisation, nodes: Mapping[str, Node]
) -> Iterator[Problem]:
    """What a queue node requires and nobody of the queue can do, on its levels.

    Args:
        document: Where the nodes stand.
        organisation: Whose they are.
        nodes: All nodes of a tree.
    """
    for name, node in nodes.items():
        if not isinstance(node, InQueue):
            continue
        able = [one.levels for one in organisation.agents.values() if node.queue in one.serves]
        for path, require in _required(node):
            for below, words in _lacking(require, organisation.languages, able):
                yield document.problem(
                    document.value_place(("nodes", name, *path, *below)),
                    f"no agent of the queue “{node.queue}” has this: {words}",
                    "ask for less, or give agents of the queue the skills that they have",
                    Severity.WARNING,
                    "nobody_able",
                )


def _required(node: InQueue) -> Iterator[tuple[Path_, Mapping[str, Wanted]]]:
    if node.require is not None:
        yield ("require",), node.require
    for index, step in enumerate(node.relax):
        if step.require is not None:
            yield ("relax", index, "require"), step.require


def _lacking(
    require: Mapping[str, Wanted], languages: Sequence[str], able: Sequence[Mapping[str, int]]
) -> Collection[tuple[Path_, str]]:
    """The kinds whose skill nobody has; the whole requirement where nobody has all at once.

    Where the caller's language is what is required, callers of each of the ``languages`` count.

    Returns:
        Each with its path below the requirement, and what nobody has, in words.
    """
    found: dict[tuple[Path_, str], None] = {}
    for language in languages:
        skills = {
            skill(kind, value): one.level
            for kind, one in require.items()
            if (value := _known(one.value, language)) is not None
        }
        alone = [{name: least} for name, least in skills.items()]
        missing = [one for one in alone if not _anybody(one, able)]
        for one in missing:
            (name,) = one
            found[(name.partition(".")[0],), told(one)] = None
        if not missing and not _anybody(skills, able):
            found[(), told(skills)] = None
    return found


def _known(value: str | Expression, language: str) -> str | None:
    """A value as a caller of this language would find it, ``None`` where only the call tells."""
    if isinstance(value, str):
        return value
    return language if value.source == LANGUAGE else None


def _anybody(skills: Mapping[str, int], able: Sequence[Mapping[str, int]]) -> bool:
    return any(
        all(levels.get(name, 0) >= least for name, least in skills.items()) for levels in able
    )
