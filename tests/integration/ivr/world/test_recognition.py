"""What is kept of callers' numbers, in a real Redis."""

from __future__ import annotations

from pathlib import Path

import pytest
from redis.asyncio import Redis

from ivr.flow.world import Remembered
from ivr.world.recognition_of_callers import CallerMemory
from store.stream import connect

pytestmark = pytest.mark.integration

NUMBER = "+46701740605"
DAY_MS = 86_400_000


def memory(redis: Redis, org: str = "town", hidden: str = "s") -> CallerMemory:
    return CallerMemory(redis, org, hidden, ("SE", "DK"))


async def test_a_caller_is_known_the_second_time_in_whatever_spelling(redis: Redis) -> None:
    assert await memory(redis).recall(NUMBER, 90) == Remembered()
    for spelling in ("0701740605", "004670 174 06 05", "+46 70-174 06 05", "tel:+46701740605"):
        assert await memory(redis).recall(spelling, 90) == Remembered(known=True)
    for another in ("100", "+46100"):  # a phone of the house is no number of the country
        assert await memory(redis).recall(another, 90) == Remembered()


async def test_a_language_is_kept_for_the_time_and_that_begins_anew(redis: Redis) -> None:
    assert await memory(redis).remember_language(NUMBER, "en", 30)
    (key,) = [key async for key in redis.scan_iter("*:caller:*")]
    assert 29 * DAY_MS < await redis.pttl(key) <= 30 * DAY_MS
    assert await memory(redis).recall(NUMBER, 60) == Remembered(known=True, language="en")
    assert 59 * DAY_MS < await redis.pttl(key) <= 60 * DAY_MS


async def test_neither_another_organisation_nor_another_secret_knows_the_caller(
    redis: Redis,
) -> None:
    await memory(redis).recall(NUMBER, 90)
    assert await memory(redis, org="city").recall(NUMBER, 90) == Remembered()
    assert await memory(redis, hidden="t").recall(NUMBER, 90) == Remembered()


async def test_no_number_stands_in_redis(redis: Redis) -> None:
    await memory(redis).remember_language(NUMBER, "en", 90)
    for key in [key async for key in redis.scan_iter("*")]:
        assert "1740605" not in key
        assert "1740605" not in str(await redis.hgetall(key))


async def test_a_person_is_forgotten_in_every_spelling(redis: Redis) -> None:
    await memory(redis).remember_language(NUMBER, "en", 90)
    await memory(redis).remember_language("+46812345678", "da", 90)
    assert await memory(redis).count({NUMBER, "0701740605"}) == 1
    await memory(redis).forget({NUMBER, "0701740605"})
    assert await memory(redis).count({NUMBER}) == 0
    assert await memory(redis).count({"08-123 456 78"}) == 1


async def test_without_redis_nobody_is_known_and_nothing_is_kept(tmp_path: Path) -> None:
    async with connect(f"unix://{tmp_path / 'nobody'}") as away:
        assert await memory(away).recall(NUMBER, 90) == Remembered()
        assert not await memory(away).remember_language(NUMBER, "en", 90)


async def test_the_last_agent_is_kept_for_its_time_and_forgotten_with_the_person(
    redis: Redis,
) -> None:
    assert await memory(redis).last_agent(NUMBER) == ""
    await memory(redis).keep_agent("0701740605", "4001", 30)
    await memory(redis).keep_agent(NUMBER, "4002", 30)
    assert await memory(redis).last_agent("+46 70-174 06 05") == "4002"
    (key,) = [key async for key in redis.scan_iter("*:caller:*")]
    assert 29 * DAY_MS < await redis.pttl(key) <= 30 * DAY_MS
    assert await memory(redis).recall(NUMBER, 90) == Remembered(), "it has been asked for by nobody"
    await memory(redis).forget({NUMBER})
    assert await memory(redis).last_agent(NUMBER) == ""


async def test_of_a_withheld_number_no_agent_is_kept(redis: Redis) -> None:
    for withheld in ("", "anonymous"):
        await memory(redis).keep_agent(withheld, "4001", 30)
    assert [key async for key in redis.scan_iter("*")] == []
