"""Small organisations and trees for tests, and a marker for where a problem is expected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ivr.flow.after_call import AfterCallTexts
from ivr.flow.load import check, load_all
from ivr.flow.own_state import OwnStateTexts
from ivr.flow.problems import Problem
from ivr.flow.standard_texts import CollectTexts, DeskTexts, PinTexts, QueueTexts, SurveyTexts
from ivr.flow.tree import Tree

MARK = "«"
"""Stands in a test's YAML before the place where a problem is expected; not written to the file."""

DEMO = Path(__file__).resolve().parents[3] / "dialplans"


def texts(keys: Mapping[str, object], indent: str) -> str:
    return "\n".join(f"{indent}{key}: {{sv: {key} sv, en: {key} en}}" for key in keys)


TEXTS = f"""texts:
{texts({"technical_fault": 0, "invalid_key": 0, "no_key": 0, "unclear": 0}, "  ")}
  queue:
{texts(QueueTexts.model_fields, "    ")}
  collect:
{texts(CollectTexts.model_fields, "    ")}
  pin:
{texts(PinTexts.model_fields, "    ")}
  survey:
{texts(SurveyTexts.model_fields, "    ")}
  desk:
{texts(DeskTexts.model_fields, "    ")}
  after_call:
{texts(AfterCallTexts.model_fields, "    ")}
  own_state:
{texts(OwnStateTexts.model_fields, "    ")}
"""

ORGANISATION = f"""id: town
name: Town Hall
time_zone: Europe/Stockholm
languages: [sv, en]
hours:
  office:
    weekly: {{mon-fri: 08:00-17:00}}
queues:
  support: {{}}
agents:
  4001: {{name: Alva, queues: [support]}}
pauses:
  1: {{key: lunch, say: {{sv: lunch, en: lunch}}}}
results:
  1: {{key: resolved, say: {{sv: löst, en: resolved}}}}
  22: {{key: passed_on, say: {{sv: vidare, en: passed on}}}}
{TEXTS}"""

END = "  end: {hang_up: }\n"


@dataclass(frozen=True, slots=True)
class Found:
    """The problems of one check, and the places where the test marked them."""

    problems: tuple[Problem, ...]
    marked: tuple[tuple[int, int], ...]

    @property
    def places(self) -> tuple[tuple[int, int], ...]:
        return tuple((problem.line, problem.column) for problem in self.problems)

    @property
    def messages(self) -> list[str]:
        return [problem.message for problem in self.problems]

    @property
    def advice(self) -> list[str]:
        return [problem.advice for problem in self.problems]


def unmarked(text: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The text without markers, and their places as line and column from 1."""
    places = []
    lines = []
    for number, line in enumerate(text.split("\n"), 1):
        while MARK in line:
            places.append((number, line.index(MARK) + 1))
            line = line.replace(MARK, "", 1)  # noqa: PLW2901 - the marks go one by one
        lines.append(line)
    return "\n".join(lines), tuple(places)


def write(folder: Path, name: str, text: str) -> tuple[tuple[int, int], ...]:
    folder.mkdir(parents=True, exist_ok=True)
    clean, places = unmarked(text)
    (folder / name).write_text(clean, encoding="utf-8")
    return places


def check_tree(folder: Path, text: str) -> Found:
    """Check ``text`` as the only tree of the small organisation."""
    write(folder / "town", "organisation.yaml", ORGANISATION)
    marked = write(folder / "town", "tree.yaml", text)
    return Found(tuple(check(folder).problems), marked)


def check_nodes(folder: Path, nodes: str) -> Found:
    """Check the nodes of a tree that starts at ``a`` and may end at ``end``."""
    return check_tree(folder, f'numbers: ["100"]\nstart: a\nnodes:\n{nodes}{END}')


def check_organisation(folder: Path, text: str) -> Found:
    marked = write(folder / "town", "organisation.yaml", text)
    return Found(tuple(check(folder).problems), marked)


def tree_of(folder: Path, nodes: str, organisation: str = ORGANISATION) -> Tree:
    """The tree of the small organisation with these nodes; it starts at ``a``."""
    write(folder / "town", "organisation.yaml", organisation)
    write(folder / "town", "tree.yaml", f'numbers: ["100"]\nstart: a\nnodes:\n{nodes}{END}')
    tree = load_all(folder).find("100")
    assert tree is not None
    return tree
