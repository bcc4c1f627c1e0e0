"""The controller's process, with everything that it would do left out."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from ivr import serving
from ivr.live.survey import Survey
from ivr.settings import Settings

pytestmark = pytest.mark.unit


@pytest.fixture
def _thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("_thawed")
async def test_what_is_loaded_is_not_looked_through_while_calls_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    frozen: list[int] = []

    class Controller:
        def __init__(self, *_: object) -> None:
            self.parts = [[number] for number in range(1000)]

        async def run(self, _: asyncio.Event) -> None:
            frozen.append(gc.get_freeze_count())
            assert not any(one is self.parts for one in gc.get_objects())

    @asynccontextmanager
    async def nothing(*_: object) -> AsyncIterator[None]:
        yield

    monkeypatch.setattr(serving, "Controller", Controller)
    monkeypatch.setattr(serving, "laid_for", nothing)

    await serving.serve(Settings(), Survey({}, {}, {}, ()))

    assert frozen[0] > 1000
