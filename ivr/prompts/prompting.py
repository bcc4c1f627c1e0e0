"""How each organisation of a catalogue speaks, made ready before anybody calls."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ivr.flow.load import Catalogue
from ivr.flow.organisation import Organisation
from ivr.flow.prompts import lines
from ivr.prompts.recorded_lines import FOLDER, State, Survey, survey
from media.errors import PromptFailed
from media.espeak import Espeak
from media.keys import prompt_key
from media.manner import Manner, Sentence
from media.prompts import PromptStore

logger = logging.getLogger(__name__)

UNUSED_S: Final = 30 * 86_400.0
"""A prompt that depends on a call is kept for so long after its last use."""

MOST_BYTES: Final = 500_000_000
"""All prompts together, about nine hours of speech."""

_TIDY_S: Final = 86_400.0
_SILENT_S: Final = 2.0
_EVERY_S: Final = 5.0

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of people's recordings.

    Attributes:
        changed: Organisations of which others are played than before.
        refused: The recordings that cannot be used, each with the reason, by organisation. What
            was played of the same sentence before is played on, else the voice speaks.
    """

    changed: Set[str] = frozenset()
    refused: Mapping[str, Mapping[Path, str]] = field(default_factory=dict)


async def make_ready(
    store: PromptStore,
    catalogue: Catalogue,
    speech: Espeak,
    progress: Progress = lambda done, total: None,
) -> Heard:
    """Have every sentence that is known before a call ready, in its organisation's manner.

    A recording that cannot be used is no fault: what was heard before stays.

    Args:
        store: Speaks in the new manners from now on; in those of before when this fails.
        catalogue: Whose sentences.
        speech: The installation's engine.
        progress: Told ``(done, total)``.

    Raises:
        media.errors.PromptFailed: A sentence cannot be spoken.
    """
    before = store.manners
    manners: dict[str, Manner] = {}
    refused: dict[str, Mapping[Path, str]] = {}
    for organisation in catalogue.organisations.values():
        manners[organisation.id], useless = await manner_of(organisation, catalogue, speech, store)
        if useless:
            refused[organisation.id] = useless
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
    changed = (
        org for org, manner in manners.items() if _recordings(before, org) != manner.recordings
    )
    return Heard(frozenset(changed), refused)


def _recordings(manners: Mapping[str, Manner], org: str) -> Mapping[Sentence, Path]:
    return manners[org].recordings if org in manners else {}


def _unsaid(manner: Manner, before: Manner | None) -> Set[Sentence]:
    """The sentences that may not be there yet: looking for all of them holds calls up."""
    if before is None or _voices(before) != _voices(manner):
        return manner.sentences
    # what a person said until now the voice may never have said
    return manner.sentences - (before.sentences - (before.recordings.keys() - manner.recordings))


def _voices(manner: Manner) -> Mapping[str, str]:
    """By language; two engines of one identity speak alike."""
    return {tag: voice.identity for tag, voice in manner.voices.items()}


def paced(tell: Progress, clock: Callable[[], float] = time.monotonic) -> Progress:
    """A progress that is told of by ``tell`` only if it takes longer, and then now and again."""
    due = clock() + _SILENT_S

    def progress(done: int, total: int) -> None:
        nonlocal due
        if clock() >= due:
            due = clock() + _EVERY_S
            tell(done, total)

    return progress


async def manner_of(
    organisation: Organisation, catalogue: Catalogue, speech: Espeak, store: PromptStore
) -> tuple[Manner, Mapping[Path, str]]:
    """How an organisation speaks.

    Returns:
        It, and why recordings cannot be used, by their files.
    """
    found = await asyncio.to_thread(recordings_of, organisation, catalogue)
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
    copies = await store.copies(found.played, organisation.id)
    manner = Manner(
        voices={
            language: speech.like(voice.variant or "", voice.speed)
            for language, voice in organisation.voices.items()
        },
        recordings=copies.played,
        sentences=frozenset[Sentence](
            (entry.line.sentence, entry.line.language)
            for entry in found.entries
            if entry.line.sentence
        ),
    )
    return manner, copies.refused


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
