"""Every version of every organisation's call trees: kept, listed, found again.

Several controllers may note the same change at once: it is one change. Nothing is ever removed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from store.database import Database
from store.errors import TreeVersionUnknown
from store.tree_files import SHORT, Files, Version, digest_of, hash_of
from store.tree_models import ChangeKind, TreeChange, TreeFile, TreeVersion

_TRIES = 5


@dataclass(frozen=True, slots=True)
class Change:
    """A version was put in place, or kept.

    Attributes:
        org: The organisation.
        number: The version's, from 1.
        digest: The version's hash.
        at: When.
        who: The owner of the file that was saved last, or the user who asked.
        how: What led to it.
    """

    org: str
    number: int
    digest: str
    at: datetime
    who: str
    how: ChangeKind


class TreeHistory:
    """The versions of all organisations, in one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(
        self, org: str, files: Files, *, who: str, how: ChangeKind, at: datetime
    ) -> Change:
        """Note that ``files`` are in place now, or (``KEPT``) shall not be lost.

        Returns:
            The new change. The one before where that is what is in place already: then there is
            none; likewise for a version that needs not be kept, because it is.

        Raises:
            DatabaseAway: Nothing is noted.
        """
        for _ in range(_TRIES):
            try:
                async with self._database.writing() as session:
                    return await _noted(session, org, files, who=who, how=how, at=at)
            except IntegrityError:
                continue  # another controller was quicker; what it has noted is there now
        raise RuntimeError(f"the versions of {org} change without end")

    async def changes(self, org: str, most: int | None = None) -> list[Change]:
        """What happened to an organisation's trees, the newest first.

        Raises:
            DatabaseAway: The database does not answer.
        """
        async with self._database.reading() as session:
            found = await session.execute(_changes(org).limit(most))
            return [_change(row, digest) for row, digest in found]

    async def in_place(self, org: str) -> Version | None:
        """What calls got last, as far as is known.

        Raises:
            DatabaseAway: The database does not answer.
        """
        async with self._database.reading() as session:
            last = await _last(session, org)
            return None if last is None else await _version(session, org, last.number)

    async def version(self, org: str, which: str) -> Version:
        """A version by its number or the beginning of its hash.

        Raises:
            TreeVersionUnknown: There is none, or there are several that begin so.
            DatabaseAway: The database does not answer.
        """
        async with self._database.reading() as session:
            rows = await session.execute(
                select(TreeVersion.number, TreeVersion.digest).where(TreeVersion.org == org)
            )
            digests = {number: digest for number, digest in rows}
            if which.isdecimal() and len(which) < SHORT:
                numbers = [number for number in digests if number == int(which)]
            else:
                numbers = [n for n, digest in digests.items() if digest.startswith(which.lower())]
            if len(numbers) != 1 or not which:
                raise TreeVersionUnknown(org, which, max(digests, default=0))
            return await _version(session, org, numbers[0])

    async def organisations(self) -> list[str]:
        """Those of which there is any version.

        Raises:
            DatabaseAway: The database does not answer.
        """
        async with self._database.reading() as session:
            found = await session.scalars(
                select(TreeVersion.org).distinct().order_by(TreeVersion.org)
            )
            return list(found)


async def _noted(
    session: AsyncSession, org: str, files: Files, *, who: str, how: ChangeKind, at: datetime
) -> Change:
    digest = digest_of(files)
    known = await session.scalar(
        select(TreeVersion).where(TreeVersion.org == org, TreeVersion.digest == digest)
    )
    if known is not None:
        last = await _last(session, org, how)
        if last is not None and (how is ChangeKind.KEPT or last.digest == digest):
            return last
    if known is None:
        known = await _new_version(session, org, digest, files)
    seq = await session.scalar(select(func.max(TreeChange.seq)).where(TreeChange.org == org))
    session.add(
        TreeChange(org=org, seq=(seq or 0) + 1, number=known.number, at=at, who=who, how=how)
    )
    await session.flush()
    return Change(org, known.number, digest, at, who, how)


async def _new_version(session: AsyncSession, org: str, digest: str, files: Files) -> TreeVersion:
    digests = {name: hash_of(content) for name, content in files.items()}
    held = await session.scalars(
        select(TreeFile.digest).where(TreeFile.digest.in_(digests.values()))
    )
    new = {digests[name]: content for name, content in files.items()}
    for one in held:
        del new[one]
    number = await session.scalar(
        select(func.max(TreeVersion.number)).where(TreeVersion.org == org)
    )
    version = TreeVersion(org=org, number=(number or 0) + 1, digest=digest, files=digests)
    session.add_all([version, *(TreeFile(digest=one, content=new[one]) for one in new)])
    await session.flush()
    return version


async def _version(session: AsyncSession, org: str, number: int) -> Version:
    version = await session.get_one(TreeVersion, (org, number))
    rows = await session.scalars(
        select(TreeFile).where(TreeFile.digest.in_(version.files.values()))
    )
    contents = {row.digest: row.content for row in rows}
    files = {name: contents[digest] for name, digest in version.files.items()}
    return Version(org, number, version.digest, files)


async def _last(
    session: AsyncSession, org: str, how: ChangeKind = ChangeKind.SAVED
) -> Change | None:
    """The newest change; without those that were only kept, unless that is what is asked for."""
    query = _changes(org).limit(1)
    if how is not ChangeKind.KEPT:
        query = query.where(TreeChange.how != ChangeKind.KEPT)
    found = (await session.execute(query)).first()
    return None if found is None else _change(found[0], found[1])


def _changes(org: str) -> Select[TreeChange, str]:
    return (
        select(TreeChange, TreeVersion.digest)
        .join(
            TreeVersion,
            (TreeVersion.org == TreeChange.org) & (TreeVersion.number == TreeChange.number),
        )
        .where(TreeChange.org == org)
        .order_by(TreeChange.seq.desc())
    )


def _change(row: TreeChange, digest: str) -> Change:
    return Change(row.org, row.number, digest, row.at, row.who, row.how)
