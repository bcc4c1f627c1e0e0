"""The PINs of call trees: made once, shown to who runs the platform, each organisation its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.flow.load import load_all
from ivr.platform.secrets import Secrets
from ivr.world.tree_pins import pin_names, pins_of
from tests.unit.flow.trees import tree_of

pytestmark = pytest.mark.unit

NODES = (
    "  a: {pin: {sv: x, en: x}, of: door, then: b, on_wrong: end}\n"
    "  b: {pin: {sv: x, en: x}, of: door, then: c, on_wrong: end}\n"
    "  c: {pin: {sv: x, en: x}, of: vault, then: end, on_wrong: end}\n"
)


def test_every_name_has_a_pin_of_its_own_that_only_its_organisation_knows(
    tmp_path: Path,
) -> None:
    tree_of(tmp_path, NODES)
    names = pin_names(load_all(tmp_path))
    assert names == ("town/door", "town/vault")
    pins = Secrets.load_or_create(tmp_path / "secrets.json", ("4001", *names)).pins
    assert set(pins) == {"4001", *names}
    assert pins_of("town", pins) == {"door": pins["town/door"], "vault": pins["town/vault"]}
    assert pins_of("city", pins) == pins_of("", pins) == {}
