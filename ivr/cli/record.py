"""What the commands that ask the record have in common: an organisation, days, the database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

import typer

from ivr.cli.names import ORG_OPTION, find_organisation, require
from ivr.flow.organisation import Organisation
from ivr.platform.preflight import load_settings
from ivr.platform.stores import database_of
from ivr.settings import Settings
from monitoring.report.intervals import Period, Step
from monitoring.report.words import LANGUAGES
from store.database import Database

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class House:
    """One organisation of this installation and its record.

    Attributes:
        settings: Of the installation.
        organisation: Which.
        language: Of what is shown.
    """

    settings: Settings
    organisation: Organisation
    language: str

    @classmethod
    def open(cls, org: str, language: str, hint: str = ORG_OPTION) -> House:
        """Read the settings and the trees.

        Args:
            org: Its id; may be empty where there is but one.
            language: The organisation's when empty.
            hint: What the command calls its choice of an organisation.

        Raises:
            BadParameter: There is no such organisation, or no such language.
        """
        settings = load_settings()
        organisation = find_organisation(settings, org, hint)
        if language:
            require("language", language, LANGUAGES, "--language")
        return cls(settings, organisation, language or organisation.default_language)

    def days(self, first: datetime | None, last: datetime | None, step: Step) -> Period:
        """Whole days by the organisation's clock: today, or one, or the first to the last.

        Raises:
            BadParameter: The last is before the first.
        """
        zone = self.organisation.time_zone
        begin = datetime.now(zone).date() if first is None else first.date()
        end: date = begin if last is None else last.date()
        if end < begin:
            raise typer.BadParameter("the last day is before the first", param_hint="--to")
        return Period.of_days(begin, end, step, zone)

    def require(self, queues: Iterable[str], found: Iterable[str]) -> None:
        """Refuse a queue that neither the organisation has nor the record has met.

        Raises:
            BadParameter: There is one.
        """
        known = {*self.organisation.queues, *found}
        for queue in queues:
            require("queue", queue, known, "--queue")

    def read(self, work: Callable[[Database], Awaitable[Result]]) -> Result:
        """Ask the record."""

        async def run() -> Result:
            async with database_of(self.settings) as database:
                return await work(database)

        return asyncio.run(run())
