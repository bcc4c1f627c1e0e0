"""Wrong PINs of callers, counted in a real Redis by all controllers together."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import pytest
from redis.asyncio import Redis

from ivr.flow.pins import Verdict
from ivr.flow.sensitive import Sensitive
from ivr.world.counted_pins import CountedPins
from ivr.world.hidden_numbers import HiddenNumbers
from store.stream import connect

pytestmark = pytest.mark.integration

NUMBER = "+46701740605"
PIN = "246810"
RIGHT, WRONG = Sensitive(PIN), Sensitive("1")
LOCK_MS = 900_000


class Clock:
    now = 1_800_000_000_000

    def __call__(self) -> int:
        return self.now


def keeper(
    redis: Redis, clock: Clock | None = None, *, org: str = "town", wrong: int = 3
) -> CountedPins:
    """One of a controller: with a memory of its own, were there any."""
    numbers = HiddenNumbers(org, "secret", ("SE", "DK"))
    pins = {"door": PIN, "vault": PIN}
    return CountedPins(redis, org, pins, numbers, clock or Clock(), wrong=wrong, lock_ms=LOCK_MS)


async def kept(redis: Redis) -> list[str]:
    return [key async for key in redis.scan_iter("*")]


async def test_another_controller_knows_of_wrong_tries(redis: Redis) -> None:
    assert await keeper(redis).check("door", NUMBER, WRONG) is Verdict.WRONG
    assert await keeper(redis).check("door", "0701740605", WRONG) is Verdict.WRONG
    assert await keeper(redis).check("door", "004670 174 06 05", WRONG) is Verdict.LOCKED
    assert await keeper(redis).check("door", NUMBER, RIGHT) is Verdict.LOCKED
    assert await keeper(redis).check("door", NUMBER, None) is Verdict.LOCKED


async def test_two_controllers_at_once_give_no_try_away(redis: Redis, redis_url: str) -> None:
    async with connect(redis_url) as other:
        pins = keeper(redis, wrong=5), keeper(other, wrong=5)
        tries = [pins[i % 2].check("door", NUMBER, WRONG) for i in range(12)]
        told = Counter(await asyncio.gather(*tries))
    assert told == {Verdict.WRONG: 4, Verdict.LOCKED: 8}


async def test_one_lock_concerns_one_caller_one_pin_and_one_organisation(redis: Redis) -> None:
    pins = keeper(redis, wrong=1)
    assert await pins.check("door", NUMBER, WRONG) is Verdict.LOCKED
    assert await pins.check("vault", NUMBER, RIGHT) is Verdict.RIGHT
    assert await pins.check("door", "+46701740606", RIGHT) is Verdict.RIGHT
    assert await keeper(redis, org="city").check("door", NUMBER, RIGHT) is Verdict.RIGHT


async def test_callers_of_withheld_number_share_one_count(redis: Redis) -> None:
    pins = keeper(redis, wrong=2)
    assert await pins.check("door", "", WRONG) is Verdict.WRONG
    assert await pins.check("door", "", WRONG) is Verdict.LOCKED


async def test_a_lock_ends_at_its_time_however_often_it_was_tried(redis: Redis) -> None:
    clock = Clock()
    pins = keeper(redis, clock, wrong=2)
    for _ in range(2):
        await pins.check("door", NUMBER, WRONG)
    clock.now += LOCK_MS - 1
    assert await pins.check("door", NUMBER, WRONG) is Verdict.LOCKED
    clock.now += 1
    assert await pins.check("door", NUMBER, WRONG) is Verdict.WRONG, "counted from one again"
    assert await pins.check("door", NUMBER, RIGHT) is Verdict.RIGHT


async def test_the_right_pin_wipes_the_count(redis: Redis) -> None:
    pins = keeper(redis, wrong=2)
    for _ in range(3):
        assert await pins.check("door", NUMBER, WRONG) is Verdict.WRONG
        assert await pins.check("door", NUMBER, RIGHT) is Verdict.RIGHT
    assert await kept(redis) == []


async def test_a_question_for_the_lock_is_not_counted(redis: Redis) -> None:
    pins = keeper(redis, wrong=1)
    assert [await pins.check("door", NUMBER, None) for _ in range(3)] == [Verdict.WRONG] * 3
    assert await kept(redis) == []


@pytest.mark.parametrize("given", ["", "1", PIN])
async def test_a_pin_that_nobody_has_made_is_never_right(redis: Redis, given: str) -> None:
    assert await keeper(redis).check("window", NUMBER, Sensitive(given)) is Verdict.WRONG


async def test_what_is_counted_ends_by_itself_and_names_nobody(redis: Redis) -> None:
    await keeper(redis).check("door", NUMBER, WRONG)
    (key,) = await kept(redis)
    assert key.startswith("vaxel:{town}:tries:")
    assert "1740605" not in key
    assert PIN not in str(await redis.get(key))
    assert LOCK_MS - 60_000 < await redis.pttl(key) <= LOCK_MS


async def test_without_redis_no_pin_is_right(tmp_path: Path) -> None:
    async with connect(f"unix://{tmp_path / 'nobody'}") as away:
        for given in (None, WRONG, RIGHT):
            assert await keeper(away).check("door", NUMBER, given) is Verdict.AWAY


async def test_a_redis_that_takes_nothing_more_lets_nobody_in(redis: Redis) -> None:
    await redis.config_set("maxmemory", "1")
    try:
        assert await keeper(redis).check("door", NUMBER, WRONG) is Verdict.AWAY
        assert await keeper(redis).check("door", NUMBER, RIGHT) is Verdict.AWAY
    finally:
        await redis.config_set("maxmemory", "0")
