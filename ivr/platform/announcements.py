"""The few sentences that Asterisk says by itself when the controller cannot be asked.

They are rendered before Asterisk starts, each in every language: without the controller nobody
knows which one the caller speaks.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from ivr.platform.paths import Layout
from media.espeak import Espeak
from media.music import write_music
from media.prompts import PromptStore

TEXTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "technical": {
            "sv": "Vi har ett tekniskt problem. Var god dröj, så kopplar vi dig vidare.",
            "da": "Vi har et teknisk problem. Vent venligst, så stiller vi dig videre.",
            "en": "We have a technical problem. Please hold, and we will put you through.",
        },
        "message": {
            "sv": "Ingen kan svara just nu. Lämna ett meddelande efter tonen.",
            "da": "Ingen kan svare lige nu. Læg en besked efter tonen.",
            "en": "Nobody can answer right now. Please leave a message after the tone.",
        },
        "desk": {
            "sv": "Växeln kan inte nås just nu. Försök igen om en liten stund.",
            "da": "Omstillingen kan ikke nås lige nu. Prøv igen om lidt.",
            "en": "The switchboard cannot be reached right now. Please try again in a moment.",
        },
        "cut": {
            "sv": "Inspelningen är avslutad.",
            "da": "Optagelsen er afsluttet.",
            "en": "Recording has ended.",
        },
        "still_paused": {
            "sv": "Inspelningen är fortfarande pausad.",
            "da": "Optagelsen er stadig på pause.",
            "en": "Recording is still paused.",
        },
        "refused": {
            "sv": "Du kan inte ringa ut från den här telefonen.",
            "da": "Du kan ikke ringe ud fra denne telefon.",
            "en": "You cannot make outgoing calls from this phone.",
        },
    }
)
"""Sentence by language, by name."""

SENTENCES = frozenset(
    (text, language) for texts in TEXTS.values() for language, text in texts.items()
)
"""All of them."""


async def prepare_sounds(layout: Layout) -> Mapping[str, tuple[Path, ...]]:
    """Have music and announcements ready on disk.

    Returns:
        For each name in ``TEXTS`` its files without ending, one a language, as ``Playback`` wants.

    Raises:
        media.errors.MediaError: A tool is missing or a sentence cannot be rendered.
    """
    write_music(layout.music)
    async with PromptStore(layout.prompts, await Espeak.find()) as store:
        await store.render_all(SENTENCES)
        return {
            name: tuple([await store.path(text, language) for language, text in texts.items()])
            for name, texts in TEXTS.items()
        }
