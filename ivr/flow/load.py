"""From files to call trees: everything checked, every problem told, nothing run.

A folder of organisations holds one folder each; ``organisation.yaml`` in it says what the
organisation has, every other ``*.yaml`` beside it is a call tree (but ``*.test.yaml``, the tests
of one). What the organisations share stands beside their folders: ``base.yaml`` says what each of
them has where its own file says nothing else, ``shared`` holds sub-trees.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ivr.flow.claims import claim_all
from ivr.flow.errors import TreesInvalidError
from ivr.flow.numbers import normalised
from ivr.flow.organisation import Organisation
from ivr.flow.problems import Problem, Severity, in_order, once, shown
from ivr.flow.reading import (
    ORGANISATION_FILE,
    City,
    Home,
    of_unused,
    read_city,
    read_home,
    read_organisation,
)
from ivr.flow.tree import Tree


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every organisation and tree of an installation, as one version.

    Attributes:
        organisations: By id.
        trees: In the order of their files.
    """

    organisations: Mapping[str, Organisation]
    trees: Sequence[Tree]
    _by_spelling: Mapping[str, Tree] = field(repr=False)

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
    found = places(folder)
    city = read_city(found[0].parent if found else folder)
    homes = [read_home(place, city) for place in found]
    documents = [document for home in homes for document, _ in home.trees]
    claims = claim_all(documents)
    problems = [*city.problems, *(problem for home in homes for problem in home.problems)]
    problems += claims.problems + _same_id(homes) + _unused(city, homes)
    if not homes:
        problems.append(
            Problem(
                Severity.ERROR,
                folder,
                1,
                1,
                "there is no organisation here",
                f"an organisation is a folder with a file {ORGANISATION_FILE}",
                code="no_organisation",
            )
        )
    problems = in_order(once(problems))
    files = city.files + sum(1 + len(home.trees) + len(home.shelf.subtrees) for home in homes)
    if any(problem.severity is Severity.ERROR for problem in problems):
        return Checked(files, problems, None)
    trees = {file: tree for home in homes for file, tree in home.built()}
    catalogue = Catalogue(
        {home.organisation.id: home.organisation for home in homes if home.organisation},
        tuple(trees.values()),
        {spelling: trees[file] for spelling, file in claims.by_spelling().items()},
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
        TreesInvalidError: ``organisation.yaml`` or the base has an error.
    """
    city = read_city(folder.absolute().parent)
    home = read_organisation(folder, city)
    problems = in_order(once([*city.problems, *home.problems]))
    if home.organisation is None or any(one.severity is Severity.ERROR for one in problems):
        raise TreesInvalidError(problems)
    return home.organisation


def places(folder: Path) -> list[Path]:
    """The organisations' folders in ``folder``; itself where it is one."""
    if (folder / ORGANISATION_FILE).exists():
        return [folder.absolute()]  # the base is in the folder above
    return sorted(file.parent for file in folder.glob(f"*/{ORGANISATION_FILE}"))


def _unused(city: City, homes: Sequence[Home]) -> list[Problem]:
    """What is wrong with sub-trees that no tree uses."""
    used = {subtree for home in homes for subtree in home.used}
    problems: list[Problem] = []
    for shelf in (city.shelf, *(home.shelf for home in homes)):
        known = {*city.shelf.subtrees, *shelf.subtrees}
        for subtree in shelf.subtrees.values():
            if subtree not in used:
                problems += of_unused(subtree, known)
    return problems


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
                    code="id_twice",
                )
            )
    return problems
