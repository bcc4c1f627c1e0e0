"""A small tree with tests beside it, for the tests of those."""

from __future__ import annotations

from pathlib import Path

from ivr.flow.trials.suite import Report, Tried, Verdict, try_all
from tests.unit.flow.trees import ORGANISATION, write

SKILLS = "skills: {language: [sv, en], subject: [fees, places]}\n"

TREE = """numbers: ["+46 8 100 00", "100"]
start: hello
nodes:
  hello: {say: {sv: "Välkommen till {{ organisation }}!", en: Welcome.}, then: opening}
  opening: {hours: office, open: main, closed: box}
  main:
    menu: {sv: "För avgifter, tryck 1.", en: "For fees, press 1."}
    choices:
      1: {goto: fees, phrases: {en: [fees]}}
      2: {goto: fees}
    on_invalid: {repeat: 0, then: bye}
    on_silence: {repeat: 0, then: bye}
  fees: {queue: support, max_wait: 5 min, then: bye, on_timeout: box, on_nobody: box}
  box: {voicemail: fees, greeting: {sv: Tala efter tonen., en: Speak.}, then: bye}
  bye: {hang_up: {sv: Hej då., en: Bye.}}
"""


def folder_of(folder: Path, tests: str, tree: str = TREE) -> tuple[Path, tuple[int, int] | None]:
    """The organisation's folder, and the place that the tests mark."""
    home = folder / "town"
    write(home, "organisation.yaml", ORGANISATION + SKILLS)
    write(home, "main.yaml", tree)
    places = write(home, "main.test.yaml", tests)
    return home, places[0] if places else None


def report_of(folder: Path, tests: str, tree: str = TREE) -> Report:
    return try_all(folder_of(folder, tests, tree)[0])


def tried_of(folder: Path, tests: str, tree: str = TREE) -> Tried:
    (tried,) = report_of(folder, tests, tree).tried
    return tried


def verdict_of(folder: Path, test: str, tree: str = TREE) -> Verdict:
    """How the one test goes that is written in one line."""
    tried = tried_of(folder, f"tests:\n  it works: {test}\n", tree)
    assert list(tried.problems) == []
    (verdict,) = tried.verdicts
    return verdict
