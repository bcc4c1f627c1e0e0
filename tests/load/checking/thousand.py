"""A configuration of 1,000 nodes checked: a base, ten trees, a sub-tree that each of them uses.

What is measured is all that ``vaxel check`` does once it has started: files read, layers and
sub-trees put together, every node and every whole tree checked. It is the processor's time: nothing
else is waited for. The floor is libyaml that reads the same files and does nothing with them.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import yaml

from ivr.flow.load import check
from ivr.settings import CHECKOUT
from tests.load.ratios import Ratio

TREES = 10
NODES = 100
SECONDS = 1.0

_SAYS = """    say:
      sv: Välkommen till avdelning {0} av {{{{ organisation }}}}.
      da: Velkommen til afdeling {0} i {{{{ organisation }}}}.
      en: Welcome to department {0} of {{{{ organisation }}}}.
    then: {1}
"""
_MENU = """    menu:
      sv: För avgifter, tryck 1. För kön, tryck 2. För att höra valen igen, tryck 9.
      da: For gebyrer, tryk 1. For køen, tryk 2. For at høre valgmulighederne igen, tryk 9.
      en: For fees, press 1. For the queue, press 2. To hear the choices again, press 9.
    choices:
      1: {{goto: {1}, phrases: {{sv: [avgift], da: [gebyr], en: [fee]}}}}
      2: {{goto: {1}}}
      9: {{goto: n{0}}}
    on_invalid: {{repeat: 2, then: {1}}}
    on_silence: {{say: {{sv: Hallå?, da: Hallo?, en: Hello?}}, repeat: 2, then: {1}}}
"""
_HOURS = "    {{hours: office, open: {1}, closed: {1}}}\n"
_QUEUE = """    queue: support
    max_wait: 10 min
    then: end
    on_timeout: {1}
    on_nobody: {1}
"""
_USE = "    {{use: message, with: {{box: box{0}}}, exits: {{kept: {1}}}}}\n"
_KINDS = (_SAYS, _MENU, _HOURS, _QUEUE, _SAYS, _MENU, _HOURS, _QUEUE, _USE)

_SHARED = """parameters: [box]
start: take
nodes:
  take:
    voicemail: "{{ box }}"
    greeting: {sv: Lämna ett meddelande., da: Læg en besked., en: Please leave a message.}
    then: kept
  kept: {return: kept}
"""


def configuration(folder: Path) -> None:
    """Write the demo organisation with ten big trees instead of its own."""
    trees = CHECKOUT / "dialplans"
    (folder / "shared").mkdir()
    (folder / "demo").mkdir()
    shutil.copy(trees / "base.yaml", folder)
    shutil.copy(trees / "demo" / "organisation.yaml", folder / "demo")
    (folder / "shared" / "message.yaml").write_text(_SHARED, encoding="utf-8")
    for tree in range(TREES):
        nodes = "".join(
            f"  n{node}:\n" + _KINDS[node % len(_KINDS)].format(node, f"n{node + 1}")
            for node in range(NODES - 1)
        )
        last = f"  n{NODES - 1}: {{say: {{sv: Hej, da: Hej, en: Hi}}, then: end}}\n"
        head = f'numbers: ["{1000 + tree}"]\nstart: n0\nnodes:\n'
        text = f"{head}{nodes}{last}  end: {{hang_up: }}\n"
        (folder / "demo" / f"tree{tree}.yaml").write_text(text, encoding="utf-8")


def measure(rounds: int) -> list[Ratio]:
    """The time of a check, the floor beside it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        configuration(folder)
        files = sorted(folder.rglob("*.yaml"))
        checked = check(folder)
        if checked.problems or checked.catalogue is None:
            raise AssertionError(f"it is not right: {checked.problems[:1]}")
        nodes = sum(len(tree.nodes) for tree in checked.catalogue.trees)
        ours: list[float] = []
        floor: list[float] = []
        for number in range(rounds):
            ours.append(_seconds(lambda: check(folder)))
            floor.append(_seconds(lambda: _parse(files)))
            print(f"  round {number + 1}: {ours[-1]:.2f} s", file=sys.stderr, flush=True)
    note = f"{nodes} nodes in {len(files)} files; libyaml alone {median(floor):.2f} s"
    return [Ratio("check of 1,000 nodes, s of CPU", median(ours), SECONDS, note, at_most=True)]


def _parse(files: list[Path]) -> None:
    for file in files:
        for _ in yaml.parse(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader):
            pass


def _seconds(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin
