from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
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
    assert all(len(password) == 24 for password in (*made.phones.values(), made.ami, made.peers))
    assert tuple(made.pins) == AGENTS
    assert all(len(pin) == 6 and pin.isdecimal() for pin in (*made.pins.values(), made.mailbox))


def test_only_the_owner_may_read_the_file(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    Secrets.load_or_create(path, AGENTS)

    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["secrets.json"]


def test_a_web_services_key_is_kept_changed_and_taken_away_and_nothing_else(
    tmp_path: Path,
) -> None:
    path = tmp_path / "secrets.json"
    before = Secrets.load_or_create(path, AGENTS)
    Secrets.keep_web(path, "town/cases", "Bearer 1")
    Secrets.keep_web(path, "town/tickets", "2")
    Secrets.keep_web(path, "town/cases", "Bearer 3")
    after = Secrets.load_or_create(path, AGENTS)
    assert after.web == {"town/cases": "Bearer 3", "town/tickets": "2"}
    assert "Bearer" not in repr(after)
    Secrets.keep_web(path, "town/cases", "")
    Secrets.keep_web(path, "town/tickets", "")
    assert Secrets.load_or_create(path, AGENTS) == before
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_key_may_be_given_before_the_first_run(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    Secrets.keep_web(path, "town/cases", "Bearer 1")
    assert Secrets.load_or_create(path, AGENTS).web == {"town/cases": "Bearer 1"}


def test_several_who_write_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    numbers = [str(number) for number in range(40)]

    def write(number: str) -> None:
        if int(number) % 2:
            Secrets.keep_web(path, f"town/{number}", number)
        else:
            Secrets.load_or_create(path, (number,))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, numbers))
    kept = Secrets.load_or_create(path, ())
    assert set(kept.pins) == set(numbers[::2])
    assert set(kept.web.values()) == set(numbers[1::2])


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
