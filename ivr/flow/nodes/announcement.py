"""``announcement``: say what is switched on for everybody now."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, ClassVar

from ivr.flow.call import CallFailed, Utterance, spoken
from ivr.flow.tree import Exit, Node
from ivr.flow.vocabulary import AnnouncementName, Target
from ivr.flow.world import Announced

if TYPE_CHECKING:
    from ivr.flow.conversation import Conversation

logger = logging.getLogger(__name__)


class Announcement(Node):
    """Say an announcement of the organisation while it is switched on; else go on without a word.

    It is switched by ``vaxel announcements``, or by telephone (``switch_announcement``,
    ``record_announcement``), and ends by itself. What was recorded by telephone is heard in every
    language. Words given when it was switched on take the place of those in ``announcements`` of
    the organisation, in the languages in which they were given.

    Attributes:
        announcement: Its name.
        then: Where to go on.
    """

    verb: ClassVar[str] = "announcement"
    example: ClassVar[str] = """
news:
  announcement: water-leak     # under “announcements” in organisation.yaml
  then: main
"""
    instant: ClassVar[frozenset[str]] = frozenset({"then"})

    announcement: AnnouncementName
    then: Target

    async def run(self, talk: Conversation) -> Exit:
        """Say it, if it is on."""
        on = await talk.call.world.announcement(self.announcement)
        if on is None:
            return Exit(self.then, "off")
        if not await _said(talk, on):
            await talk.say(talk.organisation.announcements[self.announcement])
        return Exit(self.then, "said")


async def _said(talk: Conversation, on: Announced) -> bool:
    """Say what somebody wrote or spoke in a hurry; whether it could be said."""
    words = on.words.get(talk.language, "")
    if not (on.sound or words):
        return False
    try:
        await talk.call.say(
            spoken(on.sound, talk.language) if on.sound else Utterance(words, talk.language)
        )
    except CallFailed as fault:
        logger.warning(
            "an announcement's own words cannot be said; the organisation's are",
            extra={"contact": talk.call.contact, "fault": str(fault)},
        )
        return False
    return True
