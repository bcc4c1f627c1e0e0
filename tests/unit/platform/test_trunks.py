"""The trunks that an admin brings along."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.platform.errors import ConfigurationInvalid
from ivr.platform.trunks import read_trunks
from ivr.settings import AsteriskSettings, OutgoingSettings, Settings

pytestmark = pytest.mark.unit

ACCOUNTS = ("caller", "agent1")
TRUNK = """\
[city]
type = endpoint
transport = udp
context = callers
aors = city

[city]
type = aor
contact = sip:192.0.2.1
"""


def read(folder: Path, text: str | None, endpoint: str) -> str:
    path = folder / "trunks.conf"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    settings = Settings(
        asterisk=AsteriskSettings(trunks=path, peers={"b": "10.0.0.2:5060"}),
        outgoing=OutgoingSettings(endpoint=endpoint),
    )
    return read_trunks(settings, ACCOUNTS)


def test_a_trunk_of_the_file_may_be_the_way_out(tmp_path: Path) -> None:
    read(tmp_path, TRUNK, "city")


def test_a_trunk_transfers_no_calls_and_is_else_as_it_was_written(tmp_path: Path) -> None:
    first, rest = TRUNK.split("transport", 1)
    assert read(tmp_path, TRUNK, "city") == f"{first}allow_transfer = no\ntransport{rest}"


@pytest.mark.parametrize("endpoint", ["", "caller"])
def test_without_a_file_there_is_no_trunk(endpoint: str) -> None:
    assert read_trunks(Settings(outgoing=OutgoingSettings(endpoint=endpoint)), ACCOUNTS) == ""


@pytest.mark.parametrize(
    ("text", "endpoint", "told"),
    [
        (TRUNK, "town", "No SIP endpoint is named town"),
        ("[city]\ntype = aor\n", "city", "No SIP endpoint is named city"),
        ("[city]\nthis is no line of a configuration\n", "city", r"trunks\.conf:2"),
        ("[agent1]\ntype = endpoint\n", "caller", r"trunks\.conf:1: the name agent1 is taken"),
        ("[udp]\ntype = transport\n", "caller", "the name udp is taken"),
        ("[node-b]\ntype = endpoint\n", "caller", "the name node-b is taken"),
        ("[city]\ntype = endpoint\n", "node-b", "No SIP endpoint is named node-b"),
        (
            TRUNK + "[b]\ntype = endpoint\nallow_transfer=yes\n",
            "",
            r"trunks\.conf:12: no trunk may",
        ),
        (None, "caller", "cannot be read"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(
    tmp_path: Path, text: str | None, endpoint: str, told: str
) -> None:
    with pytest.raises(ConfigurationInvalid, match=told):
        read(tmp_path, text, endpoint)
