"""What a waiting caller hears and may ask for: position, music, comfort, being called back.

Everything here is broken off at once when an agent is free, whatever is being said or asked. When
another controller is to have the caller, the sentence and the talk are heard to their end first.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Coroutine, Mapping
from datetime import UTC, datetime
from enum import Enum
from itertools import cycle
from typing import Any, Final, TypeVar

from acd.model.offer import Offer
from acd.model.queue import Queue
from acd.model.waiting import AT_ONCE, Estimate
from ivr.callbacks.offer import CallbackTalk, Speaker, Wish
from ivr.calls.agi_call import AgiCaller
from ivr.calls.attention import AttentiveVoice
from ivr.flow.call import QueueOutcome, QueueRequest
from ivr.flow.callback import CallbackOffer
from ivr.flow.organisation import Organisation
from ivr.flow.texts import Text
from ivr.queueing.joining import join
from ivr.queueing.staying import Staying
from ivr.services import Services
from media.errors import MediaError

logger = logging.getLogger(__name__)

T = TypeVar("T")

FIRST_WORDS_MS: Final = 300
"""So long a free agent may take to be found before the caller is told to wait."""

MUSIC_BETWEEN_MS: Final = 10_000
"""So long there is music between the position and a comforting message."""


class Elsewhere(Enum):
    """The wait goes on with another controller."""

    ELSEWHERE = "elsewhere"


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
        request: QueueRequest,
        callback: CallbackOffer | None,
        staying: Staying,
        succeeded: asyncio.Event,
    ) -> None:
        """Begin to wait.

        Args:
            call: The caller's line.
            keys: What the caller presses.
            queue: Where they wait.
            organisation: Whose queue it is.
            services: What serves it.
            request: The caller's language, and what is required of their agent.
            callback: How they may be called back, ``None``: not at all.
            staying: Tells when they may wait no longer.
            succeeded: Set when they may wait no longer here.
        """
        self._call = call
        self._queue = queue
        self._organisation = organisation
        self._services = services
        self._request = request
        self._staying = staying
        self._succeeded = succeeded
        self._described = organisation.queues[queue.name]
        self._voice = AttentiveVoice(call, keys)
        self._speaker = Speaker(
            self._voice, organisation, request.language, caller=call.caller, dialled=call.dialled
        )
        self._key = ""
        self._announce_at = self._now() + FIRST_WORDS_MS
        self._comfort = cycle(self._described.comfort)
        self._comfort_at = self._after_comfort()
        self._offer_at = math.inf
        self._offering = self._talking = False
        self._silent, self._spoke = True, False
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
        self._announce_at, self._silent = self._now() + FIRST_WORDS_MS, True

    async def next(self) -> Offer | Wish | QueueOutcome | Elsewhere:
        """Wait for an agent.

        Returns:
            An offer; the caller's wish to be called back; how the wait ends without an agent, or
            that it may go on elsewhere.

        Raises:
            AgiHungUp: The caller is gone.
            AgiError: The channel failed.
            AcdUnavailable: Redis does not answer.
        """
        offers = self._services.offers
        search = asyncio.create_task(
            offers.next_offer(self._services.distributor, self._call.contact)
        )
        words = asyncio.create_task(self._pass_time())
        first = asyncio.ensure_future(
            asyncio.wait({search, words}, return_when=asyncio.FIRST_COMPLETED)
        )
        try:
            await self._call.session.unless_hung_up(first)
            offer = search.result() if search.done() else None
            if offer is None:
                return words.result()
            talked = self._talking
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

    async def _pass_time(self) -> Wish | QueueOutcome | Elsewhere:
        while True:
            words_at = min(self._announce_at, self._offer_at, self._comfort_at)
            asked = await self._asked_until(min(words_at, self._staying.due_ms))
            if not asked:
                if self._succeeded.is_set():
                    return Elsewhere.ELSEWHERE
                if (over := await self._staying.over()) is not None:
                    return over
                asked = await self._speak_up()
            if asked and (wish := await self._wish()) is not None:
                return wish

    async def _asked_until(self, until_ms: float) -> bool:
        """Listen to the music; whether the key was pressed by which one asks to be called back.

        Not after the caller may wait elsewhere.
        """
        while True:
            key = await self._key_until(until_ms)
            if not key:
                return False
            if key == self._key:
                return True

    async def _key_until(self, until_ms: float) -> str:
        key = asyncio.create_task(self._voice.key(max(0.0, (until_ms - self._now()) / 1000)))
        onward = asyncio.create_task(self._succeeded.wait())
        try:
            await asyncio.wait({key, onward}, return_when=asyncio.FIRST_COMPLETED)
            return key.result() if key.done() else ""
        finally:
            await _end(key, onward)

    async def _speak_up(self) -> bool:
        """Say what is due, then music again; whether the caller asks to be called back."""
        if self._now() >= min(self._announce_at, self._offer_at):
            asked = await self._announce()
        elif self._now() >= self._comfort_at:
            asked = await self._heard(self._say(next(self._comfort)))
            self._comfort_at = self._after_comfort()
        else:
            return False
        if not asked and self._silent:
            await self._call.session.music_on()
            self._silent = False
        return bool(asked)

    async def _announce(self) -> str | None:
        # Redis may have lost the contact; else this changes nothing.
        contact, distributor = self._call.contact, self._services.distributor
        await join(distributor, contact, self._queue, self._request)
        self._spoke = False
        asked = await self._heard(self._speak())
        self._announce_at = self._now() + round(self._described.announce_every * 1000)
        if self._spoke:
            self._comfort_at = max(self._comfort_at, self._now() + MUSIC_BETWEEN_MS)
        return asked

    def _after_comfort(self) -> float:
        if not self._described.comfort:
            return math.inf
        return self._now() + round(self._described.comfort_every * 1000)

    async def _say(self, text: Text, values: Mapping[str, object] | None = None) -> str:
        """Say it; the key by which the caller asks to be called back. The music is off then."""
        self._silent = self._spoke = True
        return await self._speaker.say(text, values or {}, interrupt=self._key)

    async def _speak(self) -> str:
        while self._news:
            if key := await self._say(self._news[0]):
                return key
            del self._news[0]
        place = await self._services.distributor.place(self._call.contact)
        if place is None:
            return ""  # an agent is being found
        texts = self._organisation.texts
        announced = self._described.announce
        if announced in ("position", "both"):
            text = texts.queue.next if place.position == 1 else texts.queue.position
            if key := await self._say(text, {"position": place.position}):
                return key
        if announced in ("wait", "both") and (key := await self._tell_wait(place.estimate)):
            return key
        if self._now() >= self._offer_at:
            self._offer_at, self._offering = math.inf, True
        if self._offering and texts.callback is not None:
            return await self._say(texts.callback.offer, {"key": self._key})
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
        return await self._say(text, values)

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
            self._silent = False
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
