"""All tests below a folder: read, played, judged."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter

from pydantic import ValidationError

from ivr.flow import explain
from ivr.flow.document import Document, Place, read
from ivr.flow.load import check
from ivr.flow.problems import Problem, Severity
from ivr.flow.reading import TESTS, Home
from ivr.flow.tree import Tree
from ivr.flow.trials.actor import Finding
from ivr.flow.trials.coverage import Coverage, Share
from ivr.flow.trials.judging import judge
from ivr.flow.trials.play import play
from ivr.flow.trials.trial import Trial, TrialFile
from ivr.flow.trials.words import Surroundings


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one test went.

    Attributes:
        name: The test's sentence.
        file: Where it stands.
        line: From 1.
        seconds: Real time that it took.
        problems: Everything that was not as it should be; nothing when it passed.
        way: The nodes that the call came by.
        story: What the caller heard and did, a line each.
    """

    name: str
    file: Path
    line: int
    seconds: float
    problems: Sequence[Problem]
    way: Sequence[str]
    story: Sequence[str]

    @property
    def passed(self) -> bool:
        """Whether everything was as the test wants it."""
        return not self.problems


@dataclass(frozen=True, slots=True)
class Tried:
    """One tree and its tests.

    Attributes:
        organisation: Its id.
        tree: Its name.
        file: Its file.
        problems: What is wrong with the file of tests itself; its tests are then not played.
        verdicts: Its tests, in the order of the file.
        nodes: How many were come to.
        branches: How many were gone.
        untested: The others, by place; not told when only some of the tests were asked for.
    """

    organisation: str
    tree: str
    file: Path
    problems: Sequence[Problem]
    verdicts: Sequence[Verdict]
    nodes: Share
    branches: Share
    untested: Sequence[Problem]

    @property
    def label(self) -> str:
        """Both names."""
        return f"{self.organisation}/{self.tree}"


@dataclass(slots=True)
class Report:
    """What came of all tests.

    Attributes:
        problems: Why nothing was tested (errors in the trees), or files that belong to no tree.
        tried: Each tree.
    """

    problems: list[Problem] = field(default_factory=list)
    tried: list[Tried] = field(default_factory=list)

    @property
    def verdicts(self) -> Iterator[Verdict]:
        """Every test."""
        return (verdict for tried in self.tried for verdict in tried.verdicts)

    @property
    def passed(self) -> bool:
        """Whether all could be read, and each test passed."""
        unread = self.problems or any(tried.problems for tried in self.tried)
        return not unread and all(verdict.passed for verdict in self.verdicts)


def try_all(folder: Path, *, named: str = "") -> Report:
    """Play the tests of every tree below a folder of organisations, or of one organisation's own.

    Args:
        folder: The folder.
        named: Only tests in whose name this occurs, whatever its case.
    """
    checked = check(folder)
    if checked.catalogue is None:
        return Report([one for one in checked.problems if one.severity is Severity.ERROR])
    report = Report()
    with asyncio.Runner() as runner:
        for home in checked.homes:
            report.problems += _orphans(home)
            documents = {document.file: document for document, _ in home.trees}
            trees = dict(home.built())
            numbers = {tree.name: tree.numbers for tree in trees.values()}
            for file, tree in trees.items():
                # one that takes another's place for a time answers that one's numbers
                answers = replace(tree, numbers=tree.numbers + numbers.get(tree.replaces, ()))
                tried = _Trier(runner, answers, documents[file]).tried(named.casefold())
                if tried.verdicts or tried.problems or not named:
                    report.tried.append(tried)
    return report


def _tests_of(file: Path) -> Path:
    return file.with_name(file.name.removesuffix(".yaml") + TESTS)


def _orphans(home: Home) -> Iterator[Problem]:
    """Files of tests without a tree."""
    known = {_tests_of(document.file) for document, _ in home.trees}
    for file in sorted(home.document.file.parent.glob(f"*{TESTS}")):
        if file not in known and not file.name.startswith("."):  # an editor's own copies
            tree = file.name.removesuffix(TESTS) + ".yaml"
            yield Document(file).problem(
                Place(1, 1),
                f"there is no call tree {tree} beside these tests",
                "name the file as the call tree that it tests",
            )


class _Trier:
    """Tries one tree.

    Args:
        runner: Where calls run.
        tree: The tree.
        document: Its file.
    """

    def __init__(self, runner: asyncio.Runner, tree: Tree, document: Document) -> None:
        self._runner, self._tree, self._document = runner, tree, document
        self._coverage = Coverage(tree)

    def tried(self, named: str) -> Tried:
        """The tests in whose name ``named`` occurs, played."""
        problems: list[Problem] = []
        verdicts: list[Verdict] = []
        file = _tests_of(self._document.file)
        if file.exists():
            source = read(file)
            content = self._content(source, problems)
            if content is not None:
                verdicts = [
                    self._verdict(name, trial, content, source)
                    for name, trial in content.tests.items()
                    if named in name.casefold()
                ]
        return Tried(
            self._tree.organisation.id,
            self._tree.name,
            self._document.file,
            problems,
            verdicts,
            self._coverage.nodes,
            self._coverage.branches,
            [] if problems or named else list(self._coverage.untested(self._document)),
        )

    def _content(self, source: Document, problems: list[Problem]) -> TrialFile | None:
        """What the file says; ``None`` with an error in it."""
        problems += source.problems
        if source.data is None:
            return None
        try:
            names = Surroundings.around(self._tree)
            content = TrialFile.model_validate(source.data, context=names)
        except ValidationError as error:
            problems += explain.problems(source, error)
            return None
        return None if problems else content

    def _verdict(self, name: str, trial: Trial, content: TrialFile, source: Document) -> Verdict:
        began = perf_counter()
        given = content.given.under(trial.given)
        played = self._runner.run(play(self._tree, given, trial.when or ()))
        self._coverage.add(played.result)
        problems = [_placed(source, name, finding) for finding in judge(trial, played)]
        line = source.key_place(("tests", name)).line
        seconds = perf_counter() - began
        return Verdict(name, source.file, line, seconds, problems, played.way, played.story)


def _placed(source: Document, name: str, finding: Finding) -> Problem:
    """A finding where the test says what it wants, or else where the file says it for all tests."""
    path = ("tests", name, *finding.path)
    if finding.path[:1] == ("given",) and not source.holds(path):
        path = finding.path
    place = source.value_place(path) if finding.path else source.key_place(path)
    return source.problem(place, finding.message, finding.advice)
