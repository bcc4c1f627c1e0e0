"""The call trees of the tests' platforms: the demo's with short times, and what each test adds."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from ivr.settings import CHECKOUT
from tests.e2e.rig.callbacks import add_callbacks
from tests.e2e.rig.handover import add_handover
from tests.e2e.rig.korea import add_korean_town
from tests.e2e.rig.nodes import add_nodes
from tests.e2e.rig.policies import add_policies
from tests.e2e.rig.reach import add_reach
from tests.e2e.rig.recorded import add_recordings
from tests.e2e.rig.regulars import add_regulars
from tests.e2e.rig.supervised import add_supervision
from tests.e2e.rig.together import add_together
from tests.e2e.rig.world import add_world


def copy_demo(folder: Path) -> Path:
    """Copy the demo organisation, and what it shares with others, to ``folder``; its own folder."""
    trees = CHECKOUT / "dialplans"
    shutil.copytree(trees / "demo", folder / "demo")
    shutil.copy(trees / "base.yaml", folder)
    if (trees / "shared").is_dir():
        shutil.copytree(trees / "shared", folder / "shared")
    return folder / "demo"


def quick_trees(folder: Path) -> Path:
    """The demo organisation with short times and an office that is closed today."""
    home = copy_demo(folder)
    with _edited(home / "organisation.yaml") as organisation:
        for queue in organisation["queues"].values():
            queue |= {"ring": "3 s", "wrapup": "1 s", "announce_every": "5 s"}
        add_policies(home, organisation)
        add_callbacks(home, organisation)
        add_world(home, organisation)
        add_nodes(home, organisation)
        add_recordings(home, organisation)
        add_regulars(home, organisation)
        add_supervision(home, organisation)
        add_reach(home, organisation)
        add_handover(home, organisation)
        add_together(home, organisation)
        organisation["hours"]["office"] = {"weekly": {"mon-sun": "closed"}}
    with _edited(home / "reception.yaml") as tree:
        for node in tree["nodes"].values():
            if "wait" in node:
                node["wait"] = "2 s"
    add_korean_town(folder)
    return folder


@contextmanager
def _edited(file: Path) -> Iterator[Any]:
    yaml = YAML()
    document = yaml.load(file)
    yield document
    yaml.dump(document, file)
