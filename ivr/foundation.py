"""What a controller stands on: database, Redis, call trees, voice and prompts, opened in order."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from redis.asyncio import Redis

from ivr.flow.load import Catalogue
from ivr.live.first import first_trees, in_place
from ivr.live.survey import Part, Survey
from ivr.platform.announcements import SENTENCES
from ivr.platform.paths import Layout
from ivr.platform.preflight import layout_of
from ivr.platform.secrets import Secrets
from ivr.platform.stores import database_of, redis_of
from ivr.prompts.prompting import make_ready, paced
from ivr.settings import Settings
from ivr.world.tree_pins import with_pins
from media.espeak import Espeak
from media.manner import Manner
from media.prompts import PromptStore
from media.tones import write_beep, write_nothing
from store.database import Database
from store.tree_history import TreeHistory

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Foundation:
    """What a controller stands on, open for as long as it runs.

    Attributes:
        trees: The call trees that it starts with, by organisation.
    """

    layout: Layout
    trees: Mapping[str, Part]
    secrets: Secrets
    database: Database
    redis: Redis
    speech: Espeak
    prompts: PromptStore
    beep: Path
    nothing: Path


@asynccontextmanager
async def laid_for(settings: Settings, read: Survey) -> AsyncIterator[Foundation]:
    """Open all of it; it is closed, in the opposite order, behind the block.

    Args:
        settings: Of the installation.
        read: The call trees as they were a while ago.

    Raises:
        StoreError, FlowError, MediaError, PlatformError, OSError: A part cannot be had; each says
            in a sentence what to do.
    """
    layout = layout_of(settings)
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(database_of(settings))
        first = await first_trees(settings.trees, lambda: in_place(TreeHistory(database)), read)
        for warning in first.warnings():
            logger.warning("Call trees on disk are refused", extra={"problem": warning})
        catalogue = Catalogue.together(part.catalogue for part in first.parts.values())
        redis = redis_of(settings)
        stack.push_async_callback(redis.aclose)
        speech = await Espeak.find()
        prompts = await stack.enter_async_context(PromptStore(layout.prompts, speech))
        prompts.manners = {"": Manner(sentences=SENTENCES)}
        await make_ready(prompts, catalogue, speech, paced(_tell_rendering))
        yield Foundation(
            layout=layout,
            trees=first.parts,
            secrets=Secrets.load_or_create(layout.secrets, with_pins(catalogue)),
            database=database,
            redis=redis,
            speech=speech,
            prompts=prompts,
            beep=write_beep(layout.prompts),
            nothing=write_nothing(layout.prompts),
        )


def _tell_rendering(done: int, total: int) -> None:
    logger.info("Prompts are being rendered", extra={"done": done, "total": total})
