"""A folder of small organisations, and what a controller does with their call trees."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from ivr.flow.load import Catalogue
from ivr.flow.tree import Tree
from ivr.live.book import Book, Entry
from ivr.live.survey import survey
from ivr.live.trees import LiveTrees
from ivr.prompts.prompting import Heard
from store.events import EventType
from tests.unit.flow.trees import ORGANISATION, write

GREETING = "start: a\nnodes:\n  a: {return: done}\n"
"""A sub-tree that all share."""

NOW_MS = 1_795_000_000_000


class FakeBook:
    """Keeps what is written into it."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def write(self, entry: Entry) -> None:
        self.entries.append(entry)

    @property
    def events(self) -> list[tuple[EventType, str]]:
        return [(one.event.type, one.org) for one in self.entries if one.event is not None]


class House:
    """Some towns below one folder; town ``x`` answers one number and says one sentence.

    Attributes:
        rendered: Texts that were made ready, in order.
        adopted: What calls were served by, in order.
        fault: Why nothing can be made ready.
        heard_now: What comes of recordings at the next time.
    """

    def __init__(self, root: Path, **numbers: str) -> None:
        self.root = root
        self.rendered: list[str] = []
        self.adopted: list[Catalogue] = []
        self.fault: Exception | None = None
        self.heard_now = Heard()
        self.book = FakeBook()
        self.now_ms = NOW_MS
        for org, number in numbers.items():
            self.settle(org, number)
        self.trees = LiveTrees(
            root,
            survey(root).parts,
            self,
            cast(Book, self.book),
            clock=lambda: self.now_ms,
        )

    def settle(self, org: str, number: str) -> None:
        """Write a town's files."""
        text = re.sub("^id: town$", f"id: {org}", ORGANISATION, flags=re.M)
        write(self.root / org, "organisation.yaml", text)
        self.say(org, "hello", number)

    def say(self, org: str, text: str, number: str) -> None:
        """Let a town's only tree say another sentence."""
        write(
            self.root / org,
            "tree.yaml",
            f'numbers: ["{number}"]\nstart: a\nnodes:\n'
            f"  a: {{say: {{sv: {text} sv, en: {text}}}, then: end}}\n  end: {{hang_up: }}\n",
        )

    def spoil(self, org: str) -> None:
        """Save a town's tree with a slip in it."""
        file = self.root / org / "tree.yaml"
        file.write_text(file.read_text().replace("then: end", "then: edn"))

    async def render(self, catalogue: Catalogue) -> Heard:
        if self.fault is not None:
            raise self.fault
        self.rendered += [spoken(tree) for tree in catalogue.trees]
        heard, self.heard_now = self.heard_now, Heard()
        return heard

    def prepare(self, catalogue: Catalogue) -> None:
        """Nothing is needed."""

    def adopt(self, catalogue: Catalogue) -> None:
        self.adopted.append(catalogue)

    def tree(self, number: str) -> Tree:
        tree = self.trees.find(number, datetime.fromtimestamp(self.now_ms / 1000, UTC))
        assert tree is not None
        return tree

    def heard(self, number: str) -> str:
        """What a caller hears who calls now."""
        return spoken(self.tree(number))


def spoken(tree: Tree) -> str:
    node = cast(Any, tree.nodes["a"])
    return str(node.say.root["en"].source)
