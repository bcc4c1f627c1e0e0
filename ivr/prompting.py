"""How each organisation of a catalogue speaks, made ready before anybody calls."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Set
from pathlib import Path
from typing import Final

from ivr.flow.load import Catalogue
from ivr.flow.organisation import Organisation
from ivr.flow.prompts import lines
from ivr.recorded_lines import FOLDER, State, Survey, survey
from media.errors import PromptFailed
from media.espeak import Espeak
from media.manner import Manner, Sentence
from media.prompts import PromptStore, prompt_key

logger = logging.getLogger(__name__)

UNUSED_S: Final = 30 * 86_400.0
"""A prompt that depends on a call is kept for so long after its last use."""

MOST_BYTES: Final = 500_000_000
"""All prompts together, about nine hours of speech."""

_TIDY_S: Final = 86_400.0
_SILENT_S: Final = 2.0
_EVERY_S: Final = 5.0

Progress = Callable[[int, int], None]


async def make_ready(
    store: PromptStore,
    catalogue: Catalogue,
    speech: Espeak,
    progress: Progress = lambda done, total: None,
) -> None:
    """Have every sentence that is known before a call ready, in its organisation's manner.

    Args:
        store: Speaks in the new manners from now on; in those of before when this fails.
        catalogue: Whose sentences.
        speech: The installation's engine.
        progress: Told ``(done, total)``.

    Raises:
        media.errors.PromptFailed: A sentence cannot be spoken.
    """
    before = store.manners
    manners = {
        organisation.id: await asyncio.to_thread(manner_of, organisation, catalogue, speech)
        for organisation in catalogue.organisations.values()
    }
    store.manners = {**before, **manners}
    try:
        await store.render_all(
            (
                (text, language, organisation)
                for organisation, manner in manners.items()
                for text, language in _unsaid(manner, before.get(organisation))
            ),
            progress,
        )
    except PromptFailed as failed:
        store.manners = before
        raise PromptFailed(_name_of(failed, catalogue), failed.language, failed.reason) from failed
    except BaseException:
        store.manners = before
        raise


def _unsaid(manner: Manner, before: Manner | None) -> Set[Sentence]:
    """The sentences that may not be there yet: looking for all of them holds calls up."""
    if before is None or _how(before) != _how(manner):
        return manner.sentences
    return manner.sentences - before.sentences


def _how(manner: Manner) -> tuple[object, object]:
    """All but what is said; two engines of one identity speak alike."""
    return {tag: voice.identity for tag, voice in manner.voices.items()}, manner.recordings


def paced(tell: Progress, clock: Callable[[], float] = time.monotonic) -> Progress:
    """A progress that is told of by ``tell`` only if it takes longer, and then now and again."""
    due = clock() + _SILENT_S

    def progress(done: int, total: int) -> None:
        nonlocal due
        if clock() >= due:
            due = clock() + _EVERY_S
            tell(done, total)

    return progress


def manner_of(organisation: Organisation, catalogue: Catalogue, speech: Espeak) -> Manner:
    """How an organisation speaks. Reads its folder of recordings."""
    found = recordings_of(organisation, catalogue)
    for entry in found.entries:
        if entry.state in (State.STALE, State.NEW):
            logger.info(
                "a recording is not played; “vaxel prompts” tells more",
                extra={
                    "org": organisation.id,
                    "prompt": entry.line.key,
                    "language": entry.line.language,
                    "state": entry.state.value,
                },
            )
    return Manner(
        voices={
            language: speech.like(voice.variant or "", voice.speed)
            for language, voice in organisation.voices.items()
        },
        recordings=found.played,
        sentences=frozenset[Sentence](
            (entry.line.sentence, entry.line.language)
            for entry in found.entries
            if entry.line.sentence
        ),
    )


def recordings_of(organisation: Organisation, catalogue: Catalogue) -> Survey:
    """An organisation's texts and its recordings of them."""
    home = catalogue.folders.get(organisation.id, Path())
    return survey(lines(catalogue, organisation), home / FOLDER)


def _name_of(failed: PromptFailed, catalogue: Catalogue) -> str:
    """The organisation and key of a prompt that is known by its hash only."""
    for organisation in catalogue.organisations.values():
        for line in lines(catalogue, organisation):
            if prompt_key(line.sentence, line.language) == failed.key:
                return f"{organisation.id} {line.key}"
    return failed.key


async def keep_tidy(store: PromptStore) -> None:
    """Delete once a day what nobody has needed for long; until cancelled."""
    while True:
        try:
            pruned = await store.prune(unused_s=UNUSED_S, most_bytes=MOST_BYTES)
        except OSError as error:  # calls are worth more than a tidy disk
            logger.warning("prompts could not be tidied", extra={"fault": str(error)})
        else:
            if pruned.files:
                logger.info(
                    "prompts that nobody needed were deleted",
                    extra={"files": pruned.files, "bytes": pruned.freed, "left": pruned.left},
                )
        await asyncio.sleep(_TIDY_S)
