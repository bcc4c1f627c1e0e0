"""The call trees that new calls get, and how saved files take their place.

A reload reads and checks everything in a thread, so that no call is held; makes ready what the new
version needs (prompts, PINs); and puts each organisation in place in one step between two turns of
the event loop. A call holds the version that it began with. What is refused leaves the version
before in place, and is told until it is right again.

What of an organisation changes so: its texts, trees, hours, languages, queues and their rules,
callbacks, pauses and agents. A new organisation is served at once. One whose files are gone, or
that calls itself by another id, is served on as it was: somebody may have moved them by mistake.
It ends when a person says so (:meth:`LiveTrees.retire`) or the controller restarts. Retired, it
takes no new calls, and its numbers are free; whoever waits in its queues is served to the end.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from types import MappingProxyType

from ivr.flow.load import Catalogue
from ivr.flow.problems import suggestion
from ivr.flow.tree import Tree
from ivr.live import entries
from ivr.live.book import Book, Entry
from ivr.live.files import owner
from ivr.live.model import Needs, Outcome, Refusal, Reloaded, Standing
from ivr.live.recordings import LiveRecordings
from ivr.live.survey import Part, Survey, read_all, survey
from ivr.platform.errors import PlatformError, RetirementRefused
from media.errors import MediaError
from store.tree_files import SHORT, Files, digest_of
from store.tree_models import ChangeKind

logger = logging.getLogger(__name__)


class LiveTrees:
    """The call trees of an installation as they are now.

    Attributes:
        catalogue: What calls get that begin now.
        reloads: How many there were, by outcome.
    """

    def __init__(
        self,
        root: Path,
        first: Mapping[str, Part],
        needs: Needs,
        book: Book,
        *,
        clock: Callable[[], int],
    ) -> None:
        """Begin with what was found at the start, which is ready.

        Args:
            root: The folder of all organisations.
            first: By organisation.
            needs: What a change needs.
            book: Where changes are noted.
            clock: Epoch milliseconds.
        """
        now = clock()
        self._root = root
        self._needs = needs
        self._book = book
        self._clock = clock
        self._served = {org: Standing(part, now) for org, part in first.items()}
        self._recordings = LiveRecordings(needs)
        self._wrong: dict[str, Refusal] = {}
        self._refused: dict[str, Refusal] = {}
        self._seen: Mapping[Path, Files] = {
            folder: part.files
            for part in first.values()
            for folder in part.catalogue.folders.values()
        }
        self._one_at_a_time = asyncio.Lock()
        self.catalogue = Catalogue.together(part.catalogue for part in first.values())
        self.reloads: Counter[Outcome] = Counter()
        for org, part in first.items():
            who = owner(root, part.files)
            book.write(Entry(org, now, who, ChangeKind.STARTED, files=part.files))

    @property
    def served(self) -> Mapping[str, Standing]:
        """What calls get, by organisation."""
        return self._served

    @property
    def refused(self) -> Mapping[str, Refusal]:
        """What is wrong on disk, by organisation, or by folder where that was never served."""
        return self._refused

    def find(self, number: str, now: datetime | None = None) -> Tree | None:
        """As :meth:`ivr.flow.load.Catalogue.find`."""
        return self.catalogue.find(number, now)

    async def glance(self) -> Reloaded:
        """Reload if a file is not what it was when it was looked at last."""
        return await self._reload("", ChangeKind.SAVED, glance=True)

    async def reload(self, who: str = "", how: ChangeKind = ChangeKind.SAVED) -> Reloaded:
        """Look at all files, recordings of texts too, and put in place what is new and right.

        Args:
            who: Who asked; whoever owns the files that are new when left out.
            how: What led to it.
        """
        return await self._reload(who, how, glance=False)

    async def retire(self, org: str, who: str) -> Reloaded:
        """End an organisation whose files are gone, and look who takes its numbers.

        Args:
            org: Which.
            who: Who asked.

        Raises:
            RetirementRefused: It is not served, or its files are there.
        """
        async with self._one_at_a_time:
            found = await asyncio.to_thread(survey, self._root)
            standing = self._served.get(org)
            if standing is None:
                raise RetirementRefused(
                    f"No organisation “{org}” is served; {suggestion(org, self._served)}"
                )
            folder = standing.part.catalogue.folders[org]
            if not found.settled or org in found.parts or folder in found.refused:
                raise RetirementRefused(
                    f"The files of {org} are in {folder}; move them away first."
                )
            self._serve({name: one for name, one in self._served.items() if name != org})
            self._book.write(entries.of_retirement(org, standing.part, who, self._clock()))
            logger.warning("An organisation is retired", extra={"org": org})
        return await self.reload(who, ChangeKind.ASKED)

    async def _reload(self, who: str, how: ChangeKind, *, glance: bool) -> Reloaded:
        async with self._one_at_a_time:
            found = await asyncio.to_thread(self._look, glance)
            if found is not None and not found.settled:
                self.reloads[Outcome.UNSETTLED] += 1
                return self._said(Outcome.UNSETTLED, settled=False)
            new: dict[str, Part] = {}
            if found is not None:
                new, self._wrong = await self._right_and_wrong(found)
                if new:
                    await self._put_in_place(new, who, how)
                self._seen = found.files
            catalogues = {org: one.part.catalogue for org, one in self._served.items()}
            heard = await self._recordings.look(catalogues, new, at_once=not glance)
            for org, files in heard.changed.items():
                part, now = self._served[org].part, self._clock()
                telling = partial(entries.of_recordings, who=who, how=how, now=now)
                self._book.write(await asyncio.to_thread(telling, self._root, part, files))
            mute = {org: Refusal("", told) for org, told in self._recordings.refused.items()}
            refused = mute | self._wrong
            news = {**{org: self._served[org].part for org in heard.changed}, **new}
            worse = self._tell_refusals(refused)
            if worse or (refused and found is not None and not news):
                outcome = Outcome.REFUSED
            else:
                outcome = Outcome.CHANGED if news else Outcome.UNCHANGED
            if found is not None or outcome is not Outcome.UNCHANGED:
                self.reloads[outcome] += 1
            return self._said(outcome, news, settled=heard.settled)

    async def _right_and_wrong(self, found: Survey) -> tuple[dict[str, Part], dict[str, Refusal]]:
        """What can be put in place and is new, all of it ready, and what is refused."""
        parts, refused = dict(found.parts), self._unusable(found)
        for org, part in found.parts.items():
            if self._is_new(org, part.version) and (fault := await self._unready(part)):
                refused[org] = Refusal(part.version, fault)
                del parts[org]
        self._without_disputes(parts, refused)
        return {o: part for o, part in parts.items() if self._is_new(o, part.version)}, refused

    def _look(self, glance: bool) -> Survey | None:
        """What is there; ``None`` for a glance that sees nothing new. Runs in a thread."""
        if glance and read_all(self._root) == self._seen:
            return None
        return survey(self._root)

    def _is_new(self, org: str, version: str) -> bool:
        standing = self._served.get(org)
        return standing is None or standing.part.version != version

    def _unusable(self, found: Survey) -> dict[str, Refusal]:
        """What is wrong with each organisation whose files cannot be used."""
        orgs = {
            folder: org
            for org, standing in self._served.items()
            for folder in standing.part.catalogue.folders.values()
        }
        refused: dict[str, Refusal] = {}
        for place, problem in found.refused.items():
            org, version = orgs.get(place, place.name), digest_of(found.files[place])
            if self._is_new(org, version):  # else what is wrong is another one's
                refused[org] = Refusal(version, problem.sentence())
        for org in self._served.keys() - found.parts.keys() - refused.keys():
            folders = self._served[org].part.catalogue.folders.values()
            if not any(place in found.refused for place in folders):
                refused[org] = Refusal(
                    "",
                    f"The files of {org} are gone, or bear another id. It is served as before; "
                    f"put them back, or end it: “vaxel trees retire {org}”.",
                )
        return refused

    async def _unready(self, part: Part) -> str:
        """Make ready what a part needs; why that is not possible, ``""`` when it is done."""
        try:
            await asyncio.to_thread(self._needs.prepare, part.catalogue)
            await self._needs.render(part.catalogue)
        except (MediaError, PlatformError) as fault:
            return str(fault)
        return ""

    def _without_disputes(self, parts: dict[str, Part], refused: dict[str, Refusal]) -> None:
        """Take out what claims a number of an organisation that stays as it was."""
        staying = [one.part for org, one in self._served.items() if org not in parts]
        while staying:
            stays = staying.pop()
            for org, part in list(parts.items()):
                number = stays.catalogue.disputed(part.catalogue)
                if not number:
                    continue
                del parts[org]
                if self._is_new(org, part.version):
                    (rival,) = stays.catalogue.organisations
                    why = refused[rival].sentence if rival in refused else "correct its files first"
                    refused[org] = Refusal(
                        part.version, f"The number {number} is still answered by {rival}: {why}"
                    )
                if org in self._served:
                    staying.append(self._served[org].part)

    async def _put_in_place(self, new: Mapping[str, Part], who: str, how: ChangeKind) -> None:
        """Let new calls have ``new``, and what is served else as it was; note it."""
        now = self._clock()
        telling = partial(entries.of_change, who=who, how=how, now=now)
        told = []
        for org, part in new.items():
            before = self._served[org].part if org in self._served else None
            told.append(await asyncio.to_thread(telling, self._root, part, before))
        self._serve(self._served | {org: Standing(part, now) for org, part in new.items()})
        for entry in told:
            self._book.write(entry)

    def _serve(self, served: dict[str, Standing]) -> None:
        """What calls get that begin now. No step may wait."""
        catalogue = Catalogue.together(one.part.catalogue for one in served.values())
        self._needs.adopt(catalogue)
        self._served, self.catalogue = served, catalogue

    def _tell_refusals(self, refused: dict[str, Refusal]) -> bool:
        """Note what is refused now; whether any of it was not before."""
        worse = False
        for org, refusal in refused.items():
            if self._refused.get(org) == refusal:
                continue
            worse = True
            logger.warning(
                "What was saved is refused; calls get what was there before",
                extra={"org": org, "problem": refusal.sentence},
            )
            if (standing := self._served.get(org)) is not None:
                self._book.write(entries.of_refusal(org, refusal, standing.part, self._clock()))
        for org in self._refused.keys() - refused.keys():
            logger.info("Call trees are in order again", extra={"org": org})
        self._refused = refused
        return worse

    def _said(
        self, outcome: Outcome, new: Mapping[str, Part] = MappingProxyType({}), *, settled: bool
    ) -> Reloaded:
        for org, part in new.items():
            logger.info("Call trees changed", extra={"org": org, "version": part.version[:SHORT]})
        return Reloaded(
            outcome,
            {org: part.version[:SHORT] for org, part in new.items()},
            {org: refusal.sentence for org, refusal in self._refused.items()},
            settled,
        )
