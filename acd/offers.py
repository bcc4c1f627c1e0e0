"""Tells of the offers made to a controller's contacts, whichever controller made them.

A waiting call hears of its own; whoever calls people back hears of all callbacks. A published
message only wakes the listener, who then asks: a message may be late, and an offer that
is over must ring nobody.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress

from redis.asyncio import Redis
from redis.exceptions import RedisError

from acd.distributor import Distributor
from acd.errors import AcdUnavailable
from acd.keys import CALLBACK, offer_channel
from acd.model.offer import Offer

log = logging.getLogger(__name__)

POLL_SECONDS = 5.0
"""A published offer can be lost (Redis restarts); a waiting call asks by itself so often."""

_RETRY_SECONDS = 0.5


class OfferListener:
    """One subscription for all contacts of a controller, in all of its organisations."""

    def __init__(self, redis: Redis, controller: str) -> None:
        """Bind to a controller; :meth:`run` subscribes.

        Args:
            redis: A client made by :func:`store.stream.connect`.
            controller: The name given to :class:`acd.distributor.Distributor`.
        """
        self._redis = redis
        self._channel = offer_channel(controller)
        self._waiting: dict[str, asyncio.Event] = {}
        self._callbacks: set[asyncio.Event] = set()
        self._away = False
        self.subscribed = asyncio.Event()
        """Set while the subscription stands."""

    async def next_offer(
        self, distributor: Distributor, contact: str, *, timeout_s: float | None = None
    ) -> Offer | None:
        """The offer that a contact has or gets. Refuse it before asking for the next.

        Cancel it to give up. Redis being away only delays it.

        Args:
            distributor: Of the contact's organisation.
            contact: Its id; one call waits for it, no more.
            timeout_s: How long to wait, ``None`` for ever.

        Returns:
            ``None`` when the time is up.
        """
        try:
            async with asyncio.timeout(timeout_s):
                while True:
                    # Listening begins before asking, so that nothing falls between the two.
                    news = self._waiting[contact] = asyncio.Event()
                    if (offer := await self._ask(distributor, contact)) is not None:
                        return offer
                    with suppress(TimeoutError):
                        async with asyncio.timeout(POLL_SECONDS):
                            await news.wait()
        except TimeoutError:
            return None
        finally:
            self._waiting.pop(contact, None)

    async def callback_offers(self, distributor: Distributor) -> AsyncGenerator[Offer, None]:
        """The offers to people whom this controller has to call, each once, for ever.

        Close it to give up. Redis being away only delays it.

        Args:
            distributor: Of one organisation; one caller for each.
        """
        news = asyncio.Event()
        self._callbacks.add(news)
        handed_out: frozenset[str] = frozenset()
        try:
            while True:
                news.clear()
                offers = await self._ask_callbacks(distributor)
                for offer in offers:
                    if offer.id not in handed_out:
                        yield offer
                handed_out = frozenset(offer.id for offer in offers)
                with suppress(TimeoutError):
                    async with asyncio.timeout(POLL_SECONDS):
                        await news.wait()
        finally:
            self._callbacks.discard(news)

    async def run(self) -> None:
        """Listen until cancelled. Redis going away is logged once and waited out."""
        while True:
            pubsub = self._redis.pubsub()
            try:
                await pubsub.subscribe(self._channel)
                async for message in pubsub.listen():
                    self._take(message)
            except RedisError as fault:
                if not self._away:
                    log.warning("cannot listen for offers", extra={"fault": repr(fault)})
                self._away = True
            finally:
                self.subscribed.clear()
                await pubsub.aclose()  # type: ignore[no-untyped-call]  # redis-py's
            await asyncio.sleep(_RETRY_SECONDS)

    def _take(self, message: Mapping[str, str]) -> None:
        if message["type"] == "subscribe":
            # What was published while nobody listened is lost: everyone asks.
            for news in (*self._waiting.values(), *self._callbacks):
                news.set()
            if self._away:
                log.info("listening for offers again")
            self._away = False
            self.subscribed.set()
        elif message["data"].startswith(CALLBACK):
            for news in self._callbacks:
                news.set()
        elif (news_of_one := self._waiting.get(message["data"])) is not None:
            news_of_one.set()

    @staticmethod
    async def _ask(distributor: Distributor, contact: str) -> Offer | None:
        try:
            offer = await distributor.current_offer(contact)
        except AcdUnavailable:
            return None  # the listener's own connection fails too, and says so
        in_time = offer is not None and distributor.clock() < offer.expires_at_ms
        return offer if in_time else None

    @staticmethod
    async def _ask_callbacks(distributor: Distributor) -> tuple[Offer, ...]:
        try:
            return await distributor.callback_offers()
        except AcdUnavailable:
            return ()  # as above
