"""Tells each waiting call of the offers made to its contact, whichever controller made them."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from acd.distributor import Distributor, offer_from_reply
from acd.errors import AcdUnavailable
from acd.keys import offer_channel
from acd.model import Offer

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
        self._waiting: dict[str, asyncio.Future[Offer | None]] = {}
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
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout_s):
                while True:
                    # Listening begins before asking, so that nothing falls between the two.
                    heard: asyncio.Future[Offer | None] = loop.create_future()
                    self._waiting[contact] = heard
                    offer = await self._ask(distributor, contact) or await self._hear(heard)
                    if offer is not None and distributor.clock() < offer.expires_at_ms:
                        return offer
        except TimeoutError:
            return None
        finally:
            self._waiting.pop(contact, None)

    async def run(self) -> None:
        """Listen until cancelled. Redis going away is logged once and waited out."""
        while True:
            pubsub = self._redis.pubsub()
            try:
                await pubsub.subscribe(self._channel)
                async for message in pubsub.listen():
                    self._take(message)
            except (RedisConnectionError, RedisTimeoutError) as fault:
                if not self._away:
                    log.warning("cannot listen for offers", extra={"fault": repr(fault)})
                self._away = True
            finally:
                self.subscribed.clear()
                await pubsub.aclose()  # type: ignore[no-untyped-call]  # redis-py's
            await asyncio.sleep(_RETRY_SECONDS)

    def _take(self, message: Mapping[str, Any]) -> None:
        if message["type"] == "subscribe":
            # What was published while nobody listened is lost: everyone asks.
            for heard in self._waiting.values():
                self._tell(heard, None)
            if self._away:
                log.info("listening for offers again")
            self._away = False
            self.subscribed.set()
        elif message["type"] == "message":
            offer = offer_from_reply(json.loads(message["data"]))
            if offer is not None and offer.contact in self._waiting:
                self._tell(self._waiting[offer.contact], offer)

    @staticmethod
    def _tell(heard: asyncio.Future[Offer | None], offer: Offer | None) -> None:
        if not heard.done():
            heard.set_result(offer)

    @staticmethod
    async def _hear(heard: asyncio.Future[Offer | None]) -> Offer | None:
        try:
            async with asyncio.timeout(POLL_SECONDS):
                return await heard
        except TimeoutError:
            return None

    @staticmethod
    async def _ask(distributor: Distributor, contact: str) -> Offer | None:
        try:
            return await distributor.current_offer(contact)
        except AcdUnavailable:
            return None  # the listener's own connection fails too, and says so
