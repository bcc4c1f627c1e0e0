"""The PINs of call trees: made once, shown to who runs the platform, each organisation its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.flow.load import load_all
from ivr.flow.pins import Verdict
from ivr.flow.sensitive import Sensitive
from ivr.platform.secrets import Secrets
from ivr.tree_pins import pin_names, pins_of
from tests.unit.flow.trees import tree_of

pytestmark = pytest.mark.unit

NODES = (
    "  a: {pin: {sv: x, en: x}, of: door, then: b, on_wrong: end}\n"
    "  b: {pin: {sv: x, en: x}, of: door, then: c, on_wrong: end}\n"
    "  c: {pin: {sv: x, en: x}, of: vault, then: end, on_wrong: end}\n"
)


async def test_every_name_has_a_pin_of_its_own_that_only_its_organisation_knows(
    tmp_path: Path,
) -> None:
    tree_of(tmp_path, NODES)
    names = pin_names(load_all(tmp_path))
    assert names == ("town/door", "town/vault")
    pins = Secrets.load_or_create(tmp_path / "secrets.json", ("4001", *names)).pins
    assert set(pins) == {"4001", *names}
    door = Sensitive(pins["town/door"])
    assert await pins_of("town", pins).check("door", "", door) is Verdict.RIGHT
    assert await pins_of("city", pins).check("door", "", door) is Verdict.WRONG
    assert await pins_of("", pins).check("4001", "", Sensitive(pins["4001"])) is Verdict.WRONG
