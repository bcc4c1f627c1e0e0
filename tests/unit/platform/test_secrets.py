from __future__ import annotations

import json
from pathlib import Path

import pytest

from ivr.platform.errors import SecretsUnreadable
from ivr.platform.secrets import PHONES, Secrets

pytestmark = pytest.mark.unit

AGENTS = ("4001", "4002")


def test_the_first_run_makes_a_password_a_phone_and_a_pin_an_agent(tmp_path: Path) -> None:
    made = Secrets.load_or_create(tmp_path / "secrets.json", AGENTS)

    assert tuple(made.phones) == PHONES
    assert len(set(made.phones.values())) == len(PHONES)
    assert all(len(password) == 24 for password in (*made.phones.values(), made.ami))
    assert tuple(made.pins) == AGENTS
    assert all(len(pin) == 6 and pin.isdecimal() for pin in (*made.pins.values(), made.mailbox))


def test_only_the_owner_may_read_the_file(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    Secrets.load_or_create(path, AGENTS)

    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["secrets.json"]


def test_a_second_run_finds_the_same(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"

    assert Secrets.load_or_create(path, AGENTS) == Secrets.load_or_create(path, AGENTS)


def test_a_new_agent_gets_a_pin_and_the_others_keep_theirs(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    before = Secrets.load_or_create(path, AGENTS)

    after = Secrets.load_or_create(path, (*AGENTS, "4003"))

    assert {agent: after.pins[agent] for agent in AGENTS} == before.pins
    assert "4003" in Secrets.load_or_create(path, ()).pins
    assert after.phones == before.phones


def test_a_file_that_others_may_read_is_refused_with_the_remedy(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    Secrets.load_or_create(path, AGENTS)
    path.chmod(0o640)

    with pytest.raises(SecretsUnreadable, match=f"mode 0640.*chmod 600 {path}"):
        Secrets.load_or_create(path, AGENTS)


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"ami": "x"}', '{"ami": "", "mailbox": "", "phones": 1, "pins": 2}']
)
def test_a_damaged_file_is_refused_and_left_as_it_is(tmp_path: Path, content: str) -> None:
    path = tmp_path / "secrets.json"
    path.write_text(content)
    path.chmod(0o600)

    with pytest.raises(SecretsUnreadable, match="mend it, or remove it"):
        Secrets.load_or_create(path, AGENTS)
    assert path.read_text() == content


def test_no_secret_stands_in_what_is_logged(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    made = Secrets.load_or_create(path, AGENTS)

    held = json.loads(path.read_text())
    words = [held["ami"], held["mailbox"], *held["phones"].values(), *held["pins"].values()]
    assert not [word for word in words if word in repr(made)]
