"""The controller's process, with everything that it would do left out."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import cast

import pytest

from ivr import serving
from ivr.live.survey import Survey
from ivr.platform.paths import Layout
from ivr.platform.succession import Place
from ivr.settings import AgiSettings, Settings

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

        async def run(self, *_: object) -> None:
            frozen.append(gc.get_freeze_count())
            assert not any(one is self.parts for one in gc.get_objects())

    @asynccontextmanager
    async def nothing(*_: object) -> AsyncIterator[None]:
        yield

    monkeypatch.setattr(serving, "Controller", Controller)
    monkeypatch.setattr(serving, "laid_for", nothing)

    await serving.serve(Settings(), Survey({}, {}, {}, ()), cast(Place, None))

    assert frozen[0] > 1000


def test_settings_are_read_anew_when_its_turn_has_come(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    steps: list[str] = []
    ports = iter((1, 2))

    def load() -> Settings:
        steps.append("settings")
        return Settings(state=tmp_path, agi=AgiSettings(port=next(ports)))

    def read(_: Path) -> Survey:
        steps.append("call trees")
        return Survey({}, {}, {}, ())

    @contextmanager
    def turn(_: Layout) -> Iterator[None]:
        steps.append("its turn")
        yield

    async def serve(settings: Settings, *_: object) -> None:
        steps.append(f"serves at {settings.agi.port}")

    monkeypatch.setattr(serving, "load_settings", load)
    monkeypatch.setattr(serving, "survey", read)
    monkeypatch.setattr(serving, "sole_controller", turn)
    monkeypatch.setattr(serving, "serve", serve)
    monkeypatch.setattr(serving, "configure_logs", lambda: None)
    monkeypatch.setattr(serving, "leave_signals", lambda: None)

    assert serving.run() == 0
    assert steps == ["settings", "call trees", "its turn", "settings", "serves at 2"]
