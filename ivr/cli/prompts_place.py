"""The call trees, the voices and the cache that the commands of ``vaxel prompts`` work with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias

import typer

from ivr.cli.names import ORG, one_of
from ivr.cli.saying import warn
from ivr.flow.load import Catalogue
from ivr.flow.organisation import Organisation
from ivr.live.known import known_trees_now
from ivr.platform.paths import Layout
from ivr.platform.preflight import layout_of, load_settings, make_folders
from ivr.prompts.prompting import recordings_of
from ivr.prompts.recorded_lines import Entry, State, Survey
from media.espeak import Espeak
from media.prompts import PromptStore

Organisations = Annotated[
    list[str] | None,
    typer.Argument(
        metavar=ORG, help="Ids of organisations; all when left out.", show_default=False
    ),
]
Language = Annotated[
    str | None, typer.Option(help="Only in this language, e.g. sv.", show_default=False)
]
Format = Annotated[Literal["text", "json"], typer.Option("--format", help="How to tell it.")]

Voices: TypeAlias = tuple[PromptStore, Espeak]


@dataclass(frozen=True, slots=True)
class Place:
    """An installation as these commands see it."""

    catalogue: Catalogue
    layout: Layout

    def chosen(self, ids: Sequence[str] | None) -> list[Organisation]:
        """The organisations that were named, or all."""
        return [self.one(name) for name in ids or self.catalogue.organisations]

    def one(self, name: str) -> Organisation:
        """The organisation of an id."""
        return one_of(self.catalogue.organisations, name, ORG)

    def survey(self, organisation: Organisation) -> Survey:
        """Its texts and recordings."""
        return recordings_of(organisation, self.catalogue)

    @asynccontextmanager
    async def store(self) -> AsyncIterator[Voices]:
        """The installation's prompts, and what speaks them."""
        speech = await Espeak.find()
        make_folders(self.layout)
        async with PromptStore(self.layout.prompts, speech) as store:
            yield store, speech

    def run(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Do something that needs an event loop."""
        asyncio.run(work())


def at_place() -> Place:
    """This installation.

    Raises:
        ivr.platform.errors.PlatformError: Its settings or call trees cannot be used.
    """
    settings = load_settings()
    return Place(known_trees_now(settings, warn), layout_of(settings))


def lines_shown(
    entries: Sequence[Entry], language: str | None, states: Sequence[State] | None
) -> list[Entry]:
    """Those of a language and of some states."""
    return [
        entry
        for entry in entries
        if language in (None, entry.line.language) and (not states or entry.state in states)
    ]
