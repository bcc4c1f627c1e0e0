from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Mapping

import pytest
import uvloop

from tests.unit.wire.ami.fake_asterisk import FakeAsterisk
from tests.unit.wire.ami.manual_clock import ManualClock


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The link must hold on both: production runs uvloop, tools run the default loop."""
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


@pytest.fixture
async def complaints() -> AsyncIterator[list[str]]:
    """What the loop complained of: failures that nobody awaited. There must be none."""
    heard: list[str] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: heard.append(str(context)))
    yield heard
    gc.collect()  # a future's unread failure is reported when it is collected
    await asyncio.sleep(0)
    assert heard == []


@pytest.fixture
async def asterisk(complaints: list[str]) -> AsyncIterator[FakeAsterisk]:
    async with FakeAsterisk() as server:
        yield server


@pytest.fixture
async def clock(complaints: list[str]) -> ManualClock:
    return ManualClock()
