"""Whose parts they are, told by records where `vaxel up` runs them, and by the parts elsewhere."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.platform import status as module
from ivr.platform.health import Health, Probe
from ivr.platform.paths import Layout
from ivr.platform.processes import ProcessRecord
from ivr.platform.status import PartStatus, status
from ivr.platform.succession import sole_controller
from ivr.settings import Settings

pytestmark = pytest.mark.unit


def answers(health: Health) -> Probe:
    async def ask() -> Health:
        return health

    return ask


async def asked(monkeypatch: pytest.MonkeyPatch, folder: Path, **parts: Health) -> list[PartStatus]:
    probes = {name: answers(health) for name, health in parts.items()}
    monkeypatch.setattr(module, "_probes", lambda *_: probes)
    return await status(Settings(), Layout(folder))


async def test_parts_that_something_else_runs_are_told_by_their_own_answers(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    away = Health(False, "The controller is not ready. Redis does not answer.")

    told = await asked(monkeypatch, tmp_path, asterisk=Health(True), controller=away)

    assert [(part.name, part.pid, part.wrong) for part in told] == [
        ("asterisk", None, ""),
        ("controller", None, away.text),
    ]


async def test_another_installation_on_the_same_ports_is_not_taken_for_ours(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    refused = Health(False, "Asterisk refuses the controller's AMI password.")

    (told,) = await asked(monkeypatch, tmp_path, asterisk=refused, controller=Health(True))

    assert told.wrong == "Växel does not run; start it with `make up`."


@pytest.mark.parametrize("supervised", [False, True])
async def test_a_controller_that_ends_its_calls_is_told_of(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, supervised: bool
) -> None:
    layout = Layout(tmp_path)
    this = ProcessRecord.of(os.getpid())
    well = {"asterisk": Health(True), "controller": Health(True)}
    with sole_controller(layout) as place:
        for name in ("supervisor", "asterisk", "controller") if supervised else ():
            this.write(layout.record(name))
        assert "ending" not in [part.name for part in await asked(monkeypatch, tmp_path, **well)]
        if supervised:
            this.write(layout.record(f"draining-{this.pid}"))
        place.give_up()
        *_, ending = await asked(monkeypatch, tmp_path, **well)

    assert (ending.name, ending.wrong) == ("ending", "")
    assert ending.pid == (this.pid if supervised else None)


@pytest.mark.parametrize(("seconds_ago", "well"), [(5, True), (60, False)])
async def test_where_a_spare_has_just_taken_the_place_the_next_one_may_be_still_to_come(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, seconds_ago: float, well: bool
) -> None:
    layout = Layout(tmp_path)
    layout.run.mkdir()
    this = ProcessRecord.of(os.getpid())
    for name in ("supervisor", "controller"):
        replace(this, created=time.time() - seconds_ago).write(layout.record(name))
    none = Health(False, "Nobody waits.", {"waits": "no"})

    *_, spare = await asked(monkeypatch, tmp_path, controller=Health(True), spare=none)

    assert (spare.name, spare.pid, not spare.wrong) == ("spare", None, well)


@pytest.mark.parametrize(("seconds_ago", "wrong"), [(5, ""), (60, "Nobody waits.")])
async def test_a_spare_that_still_loads_is_no_fault_and_one_that_never_waits_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, seconds_ago: float, wrong: str
) -> None:
    layout = Layout(tmp_path)
    layout.run.mkdir()
    this = ProcessRecord.of(os.getpid())
    for name in ("supervisor", "controller", "spare"):
        replace(this, created=time.time() - seconds_ago).write(layout.record(name))
    none = Health(False, "Nobody waits.", {"waits": "no"})

    told = await asked(monkeypatch, tmp_path, controller=Health(True), spare=none)

    assert [(part.name, part.wrong) for part in told] == [
        ("supervisor", ""),
        ("controller", ""),
        ("spare", wrong),
    ]
