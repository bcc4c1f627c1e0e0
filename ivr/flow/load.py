"""From files to call trees: everything checked, every problem told, nothing run.

A folder of organisations holds one folder each; ``organisation.yaml`` in it says what the
organisation has, every other ``*.yaml`` beside it is a call tree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ivr.flow.claims import claim_all
from ivr.flow.errors import TreesInvalidError
from ivr.flow.numbers import normalised
from ivr.flow.organisation import Organisation
from ivr.flow.problems import Problem, Severity, in_order, shown
from ivr.flow.reading import ORGANISATION_FILE, Home, read_home, read_organisation
from ivr.flow.tree import Tree


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every organisation and tree of an installation, as one version.

    Attributes:
        organisations: By id.
        trees: In the order of their files.
        folders: Where each organisation's files lie, by id.
    """

    organisations: Mapping[str, Organisation]
    trees: Sequence[Tree]
    _by_spelling: Mapping[str, Tree] = field(repr=False)
    folders: Mapping[str, Path] = field(default_factory=dict, repr=False)

    def find(self, number: str) -> Tree | None:
        """The tree that answers ``number``, in whatever form the trunk writes it."""
        return self._by_spelling.get(normalised(number))


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found.

    Attributes:
        files: How many files were read.
        problems: Every error and warning, by file, line and column.
        catalogue: The trees; ``None`` when there is an error.
    """

    files: int
    problems: Sequence[Problem]
    catalogue: Catalogue | None


def check(folder: Path) -> Checked:
    """Check everything below a folder of organisations, or one organisation's own folder.

    Nothing that a file holds makes this raise.
    """
    homes = [read_home(place) for place in _places(folder)]
    documents = [document for home in homes for document, _ in home.trees]
    claims = claim_all(documents)
    problems = [problem for home in homes for problem in home.problems]
    problems += claims.problems + _same_id(homes)
    if not homes:
        problems.append(
            Problem(
                Severity.ERROR,
                folder,
                1,
                1,
                "there is no organisation here",
                f"an organisation is a folder with a file {ORGANISATION_FILE}",
            )
        )
    problems = in_order(problems)
    files = len(homes) + len(documents)
    if any(problem.severity is Severity.ERROR for problem in problems):
        return Checked(files, problems, None)
    trees = {file: tree for home in homes for file, tree in home.built()}
    catalogue = Catalogue(
        {home.organisation.id: home.organisation for home in homes if home.organisation},
        tuple(trees.values()),
        {spelling: trees[file] for spelling, file in claims.by_spelling().items()},
        {home.organisation.id: home.document.file.parent for home in homes if home.organisation},
    )
    return Checked(files, problems, catalogue)


def load_all(folder: Path) -> Catalogue:
    """The trees of every organisation below ``folder``.

    Raises:
        TreesInvalidError: A file has an error; all problems of all files are in it.
    """
    checked = check(folder)
    if checked.catalogue is None:
        raise TreesInvalidError(checked.problems)
    return checked.catalogue


def load_organisation(folder: Path) -> Organisation:
    """The organisation of one folder, without its trees.

    Raises:
        TreesInvalidError: ``organisation.yaml`` has an error.
    """
    home = read_organisation(folder)
    if home.organisation is None or home.problems:
        raise TreesInvalidError(in_order(home.problems))
    return home.organisation


def _places(folder: Path) -> list[Path]:
    if (folder / ORGANISATION_FILE).exists():
        return [folder]
    return sorted(file.parent for file in folder.glob(f"*/{ORGANISATION_FILE}"))


def _same_id(homes: Sequence[Home]) -> list[Problem]:
    first: dict[str, Home] = {}
    problems = []
    for home in homes:
        if home.organisation is None:
            continue
        earlier = first.setdefault(home.organisation.id, home)
        if earlier is not home:
            problems.append(
                home.document.problem(
                    home.document.value_place(("id",)),
                    f"another organisation has the id “{home.organisation.id}”",
                    f"it stands in {shown(earlier.document.file)}; each needs its own",
                )
            )
    return problems
