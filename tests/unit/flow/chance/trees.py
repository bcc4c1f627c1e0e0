"""Random valid trees of every node type that there is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from pydantic import ValidationError

from ivr.flow.load import load_all
from ivr.flow.nodes import NODE_TYPES
from ivr.flow.tree import Tree
from tests.unit.flow.chance.fitting import MENDED
from tests.unit.flow.chance.town import NAMES, RICH, VARIABLES, VERBS, Data
from tests.unit.flow.chance.values import Ways, fields
from tests.unit.flow.trees import write

END = "end"
MOST_NODES = 6


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

    return fields(kind, Ways(onward, anywhere)).map(mended).filter(bool)


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
