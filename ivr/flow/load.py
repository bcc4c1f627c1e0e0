"""From files to call trees: everything checked, every problem told, nothing run.

A folder of organisations holds one folder each; ``organisation.yaml`` in it says what the
organisation has, every other ``*.yaml`` beside it is a call tree (but ``*.test.yaml``, the tests
of one). What the organisations share stands beside their folders: ``base.yaml`` says what each of
them has where its own file says nothing else, ``shared`` holds sub-trees.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
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
from ivr.flow.shared_numbers import of_two_people
from ivr.flow.tree import Tree
from ivr.flow.variants import by_replaced, in_effect


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
    _variants: Mapping[tuple[str, str], Sequence[Tree]] = field(default_factory=dict, repr=False)

    def find(self, number: str, now: datetime | None = None) -> Tree | None:
        """The tree that answers ``number``, in whatever form the trunk writes it.

        Args:
            number: As dialled.
            now: Aware of its zone; the tree that takes another one's place then. ``None`` finds
                the one that is there at all other times.
        """
        tree = self._by_spelling.get(normalised(number))
        if tree is None or now is None:
            return tree
        variants = self._variants.get((tree.organisation.id, tree.name), ())
        return in_effect(tree, variants, now)

    def alone(self, org: str, version: str) -> Catalogue:
        """What belongs to one organisation, its trees marked with their version."""
        trees = {id(tree): replace(tree, version=version) for tree in self.trees if _of(tree, org)}
        return Catalogue(
            {org: self.organisations[org]},
            tuple(trees.values()),
            {
                spelling: trees[id(tree)]
                for spelling, tree in self._by_spelling.items()
                if _of(tree, org)
            },
            {org: self.folders[org]},
            by_replaced(tuple(trees.values())),
        )

    def disputed(self, other: Catalogue) -> str:
        """A number that this and another catalogue both answer, ``""`` for none."""
        both = self._by_spelling.keys() & other._by_spelling.keys()
        return min(both, key=lambda number: (-len(number), number), default="")

    @classmethod
    def together(cls, parts: Iterable[Catalogue]) -> Catalogue:
        """Several organisations as one catalogue; none of their numbers is disputed."""
        parts = tuple(parts)
        return cls(
            {org: held for part in parts for org, held in part.organisations.items()},
            tuple(tree for part in parts for tree in part.trees),
            {spelling: tree for part in parts for spelling, tree in part._by_spelling.items()},
            {org: folder for part in parts for org, folder in part.folders.items()},
            {key: trees for part in parts for key, trees in part._variants.items()},
        )


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found.

    Attributes:
        files: How many files were read.
        problems: Every error and warning, by file, line and column.
        catalogue: The trees; ``None`` when there is an error.
        homes: The organisations' folders as they were read.
    """

    files: int
    problems: Sequence[Problem]
    catalogue: Catalogue | None
    homes: Sequence[Home]


def check(folder: Path, without: Collection[Path] = ()) -> Checked:
    """Check everything below a folder of organisations, or one organisation's own folder.

    Nothing that a file holds makes this raise.

    Args:
        folder: Where they lie.
        without: Folders of organisations that are passed over.
    """
    found = places(folder)
    city = read_city(found[0].parent if found else folder)
    homes = [read_home(place, city) for place in found if place not in without]
    documents = [document for home in homes for document, _ in home.trees]
    claims = claim_all(documents)
    problems = [*city.problems, *(problem for home in homes for problem in home.problems)]
    problems += claims.problems + _same_id(homes) + _unused(city, homes)
    problems += of_two_people(homes)
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
        return Checked(files, problems, None, homes)
    trees = {file: tree for home in homes for file, tree in home.built()}
    catalogue = Catalogue(
        {home.organisation.id: home.organisation for home in homes if home.organisation},
        tuple(trees.values()),
        {spelling: trees[file] for spelling, file in claims.by_spelling().items()},
        {home.organisation.id: home.document.file.parent for home in homes if home.organisation},
        by_replaced(tuple(trees.values())),
    )
    return Checked(files, problems, catalogue, homes)


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


def _of(tree: Tree, org: str) -> bool:
    return tree.organisation.id == org


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
