"""What a waiting caller hears and may ask for: position, music, being called back.

Everything here is broken off at once when an agent is free, whatever is being said or asked.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from acd.model import AT_ONCE, Estimate, Offer, Queue
from ivr.agi_call import AgiCaller
from ivr.attention import AttentiveVoice
from ivr.callback_offer import CallbackTalk, Speaker, Wish
from ivr.flow.call import RequiredSkills
from ivr.flow.callback import CallbackOffer
from ivr.flow.organisation import Organisation
from ivr.flow.texts import Text
from ivr.joining import join
from ivr.services import Services
from media.errors import MediaError

logger = logging.getLogger(__name__)

T = TypeVar("T")

FIRST_WORDS_MS: Final = 300
"""So long a free agent may take to be found before the caller is told to wait."""


class Waiting:
    """One caller's wait, from offer to offer."""

    def __init__(
        self,
        call: AgiCaller,
        keys: asyncio.Queue[str],
        queue: Queue,
        organisation: Organisation,
        services: Services,
        *,
        language: str,
        callback: CallbackOffer | None,
        require: Sequence[RequiredSkills],
    ) -> None:
        """Begin to wait.

        Args:
            call: The caller's line.
            keys: What the caller presses.
            queue: Where they wait.
            organisation: Whose queue it is.
            services: What serves it.
            language: The caller's.
            callback: How they may be called back, ``None``: not at all.
            require: What is required of their agent.
        """
        self._call = call
        self._queue = queue
        self._organisation = organisation
        self._services = services
        self._require = require
        self._voice = AttentiveVoice(call, keys)
        self._speaker = Speaker(
            self._voice, organisation, language, caller=call.caller, dialled=call.dialled
        )
        self._key = ""
        self._announce_at = self._now() + FIRST_WORDS_MS
        self._offer_at = math.inf
        self._offering = self._talking = False
        self._news: list[Text] = []
        self._talk: CallbackTalk | None = None
        texts = organisation.texts.callback
        if callback is not None and texts is not None:
            self._key = callback.key
            self._offer_at = self._now() + callback.after * 1000
            self._talk = CallbackTalk(
                self._speaker,
                texts=texts,
                offer=callback,
                organisation=organisation,
                outgoing=services.outgoing,
                taken=self._taken,
                now=lambda: datetime.fromtimestamp(self._now() / 1000, UTC),
            )

    def tell(self, text: Text) -> None:
        """Let the caller hear something with the next announcement, which comes soon."""
        self._news.append(text)
        self.speak_soon()

    def speak_soon(self) -> None:
        """Announce the position shortly, unless an agent is found before."""
        self._announce_at = self._now() + FIRST_WORDS_MS

    async def next(self, ends_ms: float) -> Offer | Wish | None:
        """Wait for an agent.

        Args:
            ends_ms: Epoch; the longest wait, ``inf`` for ever.

        Returns:
            An offer; the caller's wish to be called back; ``None`` when the time is over.

        Raises:
            AgiHungUp: The caller is gone.
            AgiError: The channel failed.
            AcdUnavailable: Redis does not answer.
        """
        offers = self._services.offers
        search = asyncio.create_task(
            offers.next_offer(self._services.distributor, self._call.contact)
        )
        words = asyncio.create_task(self._pass_time(ends_ms))
        first = asyncio.ensure_future(
            asyncio.wait({search, words}, return_when=asyncio.FIRST_COMPLETED)
        )
        try:
            await self._call.session.unless_hung_up(first)
            if not search.done():
                return words.result()
            offer, talked = search.result(), self._talking
            if self._voice.speaking:
                await self._services.attention.hush(self._call.session.environment.channel)
        finally:
            await _end(first, search, words)
        texts = self._organisation.texts.callback
        if talked and texts is not None:
            await self._heard(self._speaker.say(texts.free))
        return offer

    async def promise(self, wish: Wish) -> None:
        """Say goodbye to a caller whose wish is kept."""
        if self._talk is not None:
            await self._heard(self._talk.promise(wish))

    async def _pass_time(self, ends_ms: float) -> Wish | None:
        while True:
            asked = await self._asked_until(min(self._announce_at, self._offer_at, ends_ms))
            if not asked and self._now() >= ends_ms:
                return None
            if (asked or await self._announce()) and (wish := await self._wish()) is not None:
                return wish

    async def _asked_until(self, until_ms: float) -> bool:
        """Listen to the music; whether the key was pressed by which one asks to be called back."""
        while True:
            key = await self._voice.key(max(0.0, (until_ms - self._now()) / 1000))
            if not key:
                return False
            if key == self._key:
                return True

    async def _announce(self) -> bool:
        """Say what there is to say, then music again; whether the caller asks to be called back."""
        # Redis may have lost the contact; else this changes nothing.
        contact, distributor = self._call.contact, self._services.distributor
        await join(distributor, contact, self._queue, self._require)
        asked = await self._heard(self._speak())
        every = self._organisation.queues[self._queue.name].announce_every
        self._announce_at = self._now() + round(every * 1000)
        if not asked:
            await self._call.session.music_on()
        return bool(asked)

    async def _speak(self) -> str:
        while self._news:
            if key := await self._speaker.say(self._news[0], interrupt=self._key):
                return key
            del self._news[0]
        place = await self._services.distributor.place(self._call.contact)
        if place is None:
            return ""  # an agent is being found
        texts = self._organisation.texts
        text = texts.queue.next if place.position == 1 else texts.queue.position
        if key := await self._speaker.say(text, {"position": place.position}, interrupt=self._key):
            return key
        if key := await self._tell_wait(place.estimate):
            return key
        if self._now() >= self._offer_at:
            self._offer_at, self._offering = math.inf, True
        if self._offering and texts.callback is not None:
            return await self._speaker.say(
                texts.callback.offer, {"key": self._key}, interrupt=self._key
            )
        return ""

    async def _tell_wait(self, estimate: Estimate | None) -> str:
        """Say how long the wait will be, in words that hold for the range; else nothing."""
        if estimate is None or estimate == AT_ONCE:
            return ""
        texts = self._organisation.texts.queue
        low, high = estimate.low_minutes, estimate.high_minutes
        values: dict[str, object] = {}
        text: Text | None
        if high <= 1:
            text = texts.wait_short
        elif low <= 1:
            text, values = texts.wait_up_to, {"minutes": high}
        else:
            text, values = texts.wait, {"low": low, "high": high}
        if text is None:
            return ""
        return await self._speaker.say(text, values, interrupt=self._key)

    async def _wish(self) -> Wish | None:
        if self._talk is None:
            return None
        self._talking = True
        try:
            wish = await self._heard(self._talk.wish(self._call.caller))
        finally:
            self._talking = False
        if wish is None:
            self._voice.forget_keys()
            await self._call.session.music_on()
        return wish

    async def _taken(self, number: str) -> bool:
        return await self._services.callbacks.of_number(number) is not None

    async def _heard(self, words: Coroutine[Any, Any, T]) -> T | None:
        """What came of words; none where they cannot be spoken: the wait goes on with music."""
        try:
            return await words
        except MediaError as fault:
            logger.warning(
                "words cannot be spoken; the caller waits with music",
                extra={"contact": self._call.contact, "fault": fault.code},
            )
            return None

    def _now(self) -> int:
        return self._services.clock()


async def _end(*tasks: asyncio.Future[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
