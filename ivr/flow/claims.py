"""Which tree answers which number, over all organisations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ivr.flow.document import Document, Place
from ivr.flow.numbers import normalised, spellings
from ivr.flow.problems import Problem, shown


@dataclass(frozen=True, slots=True, eq=False)
class _Claim:
    document: Document
    place: Place
    written: str
    number: str


@dataclass(slots=True)
class Claims:
    """Numbers and the files that claim them.

    Attributes:
        problems: Numbers that are claimed twice.
    """

    problems: list[Problem] = field(default_factory=list)
    _claims: dict[str, _Claim] = field(default_factory=dict)
    _ambiguous: set[str] = field(default_factory=set)

    def by_spelling(self) -> dict[str, Path]:
        """The file that answers each spelling; one that two numbers share answers for neither."""
        return {
            spelling: claim.document.file
            for spelling, claim in self._claims.items()
            if spelling not in self._ambiguous
        }

    def add(self, document: Document) -> None:
        """Take in the numbers that a tree's file claims."""
        for claim in _claims(document):
            forms = spellings(claim.number)
            taken = {self._claims[form] for form in forms if form in self._claims}
            rival = next((other for other in taken if _same(claim, other)), None)
            if rival is not None:
                where = f"{shown(rival.document.file)}:{rival.place.line}:{rival.place.column}"
                self.problems.append(
                    document.problem(
                        claim.place,
                        f"the number {claim.written} is claimed twice",
                        f"it is already claimed at {where}; keep one of them",
                        code="number_twice",
                    )
                )
                continue
            for form in forms:
                if form in self._claims:
                    self._ambiguous.add(form)
                self._claims.setdefault(form, claim)


def _same(one: _Claim, other: _Claim) -> bool:
    """Whether one is a spelling of the other; two that only share a national form are not."""
    return one.number in spellings(other.number) or other.number in spellings(one.number)


def _claims(document: Document) -> Iterator[_Claim]:
    numbers = document.data.get("numbers") if isinstance(document.data, dict) else None
    for index, number in enumerate(numbers if isinstance(numbers, list) else ()):
        if isinstance(number, str) and normalised(number):
            place = document.value_place(("numbers", index))
            yield _Claim(document, place, number, normalised(number))


def claim_all(documents: Sequence[Document]) -> Claims:
    """The claims of all files, in their order."""
    claims = Claims()
    for document in documents:
        claims.add(document)
    return claims
