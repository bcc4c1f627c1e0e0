from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console, RenderableType

from ivr.flow.load import Catalogue, load_all
from ivr.live.ask import TreesStanding
from ivr.platform.asterisk import AsteriskProgram
from ivr.platform.paths import Layout
from ivr.platform.screen import (
    FEATURE_CODES,
    TALK_CODES,
    ready_screen,
    status_table,
    trees_lines,
)
from ivr.platform.secrets import Secrets
from ivr.platform.status import PartStatus
from ivr.settings import CHECKOUT, Settings
from ivr.world.tree_pins import pin_names

pytestmark = pytest.mark.unit

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
NARROW = 80
A_TERMINAL_HAS_LINES = 35
FEW = {"demo", "environment"}


def shown(what: RenderableType) -> str:
    out = StringIO()
    Console(file=out, width=NARROW, highlight=False).print(what)
    return out.getvalue()


def secrets_of(catalogue: Catalogue, folder: Path) -> Secrets:
    people = [number for org in catalogue.organisations.values() for number in org.people]
    names = [*people, *pin_names(catalogue)]
    return Secrets.load_or_create(folder / "secrets.json", names)


def ready(catalogue: Catalogue, secrets: Secrets) -> str:
    program = AsteriskProgram(("asterisk",), Path("/m"), Path("/d"), "22.1.0")
    return shown(ready_screen(Settings(), Layout(Path("/srv/vaxel")), secrets, program, catalogue))


def test_the_demo_fits_on_one_screen_and_tells_everything(tmp_path: Path) -> None:
    catalogue = load_all(CHECKOUT / "dialplans")
    secrets = secrets_of(catalogue, tmp_path)

    screen = ready(catalogue, secrets)

    assert len(screen.splitlines()) <= A_TERMINAL_HAS_LINES
    for tree in catalogue.trees:
        if tree.organisation.id == "demo":
            assert all(number in screen for number in tree.numbers)
    for word in (
        *secrets.phones.values(),
        *(secrets.pins[number] for number in catalogue.organisations["demo"].people),
        *(secrets.pins[name] for name in pin_names(catalogue)),
        *FEATURE_CODES,
        *TALK_CODES,
        "Ctrl-C",
    ):
        assert word in screen


def test_each_other_organisation_of_the_city_is_told_with_a_number(tmp_path: Path) -> None:
    catalogue = load_all(CHECKOUT / "dialplans")
    screen = " ".join(ready(catalogue, secrets_of(catalogue, tmp_path)).replace("│", " ").split())
    for tree in catalogue.trees:
        if tree.name == "main":
            assert f"{tree.numbers[-1]} {tree.organisation.id}" in screen


def test_few_organisations_are_all_told_in_full(tmp_path: Path) -> None:
    catalogue = load_all(CHECKOUT / "dialplans")
    few = replace(
        catalogue,
        organisations={
            org: catalogue.organisations[org] for org in catalogue.organisations.keys() & FEW
        },
        trees=[tree for tree in catalogue.trees if tree.organisation.id in FEW],
    )
    screen = ready(few, secrets_of(few, tmp_path))
    for organisation in few.organisations.values():
        assert all(agent.name in screen for agent in organisation.agents.values())


def test_every_feature_code_that_is_shown_is_in_the_dialplan() -> None:
    dialplan = (CHECKOUT / "dialplans/asterisk/extensions.conf.j2").read_text(encoding="utf-8")

    assert "exten => _*1[0-6],1,AGI(" in dialplan
    assert "exten => *20,1,Goto(vaxel-supervision," in dialplan
    assert list(FEATURE_CODES) == [*(f"*1{digit}" for digit in range(7)), "*20"]


def test_the_status_tells_since_when_and_what_is_wrong() -> None:
    told = shown(
        status_table(
            [
                PartStatus("redis", 7, NOW.timestamp(), 0, ""),
                PartStatus("controller", 9, NOW.timestamp(), 2, "It is ill.", {"calls": "3"}),
                PartStatus("asterisk", None, None, 0, "It does not run."),
            ],
            NOW,
        )
    )

    rows = {line.split()[0]: line.split() for line in told.splitlines() if line.strip()}
    assert rows["redis"] == ["redis", "7", "2026-11-23", "12:00:00", "0", "well"]
    assert rows["asterisk"] == ["asterisk", "-", "-", "-", "not", "well"]
    assert "controller: calls 3" in told
    assert "It is ill." in told
    assert "It does not run." in told


def test_the_status_tells_which_call_trees_serve_and_which_are_refused() -> None:
    told = shown(
        trees_lines(
            [
                TreesStanding("demo", "3f2a90c1d4e5", "2026-11-23T11:00:00+00:00", ""),
                TreesStanding("town", "", "", "town/a.yaml:3:7: error: no node is named “b”"),
            ]
        )
    )

    assert "call trees of demo: version 3f2a90c1d4e5 since 2026-11-23" in told
    assert "newer ones of town are refused: town/a.yaml:3:7: error: no node" in told


def test_of_many_organisations_the_newest_call_trees_are_told_and_all_that_are_refused() -> None:
    standing = [
        TreesStanding(f"town{day}", f"version{day}", f"2026-11-2{day}T11:00:00+00:00", "")
        for day in range(1, 5)
    ]

    told = shown(trees_lines([*standing, TreesStanding("town9", "", "", "a.yaml:3:7: error: no")]))

    assert "call trees of 4 organisations, the newest since 2026-11-24" in told
    assert "town4, version version4" in " ".join(told.split())
    assert "newer ones of town9 are refused: a.yaml:3:7" in told
