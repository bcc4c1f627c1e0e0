"""What ``vaxel check`` tells of recordings."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.flow.load import check
from ivr.flow.problems import Problem, Severity
from ivr.prompts.recorded_checks import with_recordings
from tests.unit.flow.trees import END, ORGANISATION, write
from tests.unit.ivr.prompts.test_recorded_lines import put

pytestmark = pytest.mark.unit

TREE = f"""numbers: ["100"]
start: a
nodes:
  a:
    say:
      sv: Hej {{{{ caller }}}}.
      en: Hi.
    then: b
  b: {{say: {{sv: Hej., en: Hello.}}, then: end}}
{END}"""
KEY = "tree.b.say"


@pytest.fixture
def town(tmp_path: Path) -> Path:
    write(tmp_path / "town", "organisation.yaml", ORGANISATION)
    write(tmp_path / "town", "tree.yaml", TREE)
    return tmp_path / "town"


def told(town: Path) -> list[Problem]:
    checked = with_recordings(check(town.parent))
    assert checked.catalogue is not None
    return list(checked.problems)


def test_without_a_recording_there_is_nothing_to_tell(town: Path) -> None:
    assert told(town) == []


def test_a_text_that_a_person_says_in_one_language_alone_is_told_at_the_other(town: Path) -> None:
    put(town, f"recordings/sv/{KEY}.wav", "Hej.")
    (problem,) = told(town)
    assert (problem.code, problem.severity) == ("recording_missing", Severity.WARNING)
    assert (problem.file, problem.line, problem.column) == (town / "tree.yaml", 9, 27)
    assert "in Swedish, in English the voice speaks" in problem.message
    assert problem.advice == f"record it as recordings/en/{KEY}.wav"
    put(town, f"recordings/en/{KEY}.wav", "Hello.")
    assert told(town) == []


def test_a_recording_of_other_words_is_told_at_its_text(town: Path) -> None:
    put(town, f"recordings/en/{KEY}.mp3", "Good day.")
    (problem,) = told(town)
    assert (problem.code, problem.line, problem.column) == ("recording_stale", 9, 27)
    assert "“Good day.”" in problem.message
    assert problem.advice == f"record it anew, then “vaxel prompts adopt town {KEY}”"


def test_a_recording_that_nobody_has_adopted_is_told(town: Path) -> None:
    put(town, f"recordings/en/{KEY}.mp3")
    (problem,) = told(town)
    assert (problem.code, problem.line) == ("recording_new", 9)


def test_a_text_of_the_organisation_is_told_in_its_own_file(town: Path) -> None:
    put(town, "recordings/sv/texts.no_key.wav", "Something else.")
    (problem,) = told(town)
    written = problem.file.read_text(encoding="utf-8").splitlines()[problem.line - 1]
    assert problem.file == town / "organisation.yaml"
    assert "no_key" in written


def test_what_depends_on_the_call_cannot_be_missed(town: Path) -> None:
    put(town, "recordings/en/tree.a.say.wav", "Hi.")
    assert told(town) == []


def test_trees_with_an_error_are_told_of_alone(town: Path) -> None:
    put(town, f"recordings/sv/{KEY}.wav", "Hej.")
    write(town, "tree.yaml", TREE.replace("then: b", "then: c"))
    checked = with_recordings(check(town.parent))
    assert {problem.severity for problem in checked.problems} == {Severity.ERROR}
