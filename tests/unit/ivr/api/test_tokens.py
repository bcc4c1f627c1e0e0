"""Tokens: kept by their hash alone, judged by one look, made and revoked by command."""

from __future__ import annotations

import hashlib
import logging
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ivr.api.errors import TokenRefused
from ivr.api.tokens import EVERY, Doorkeeper, Role, Token, TokenFile
from ivr.cli import application
from ivr.platform.errors import PlatformError, SecretsUnreadable, TokenKnown, TokenUnknown
from tests.unit.flow.trees import ORGANISATION, write

pytestmark = pytest.mark.unit

AT = datetime(2026, 11, 28, 10, tzinfo=UTC)


class Clock:
    now_ms = 0

    def __call__(self) -> int:
        return self.now_ms


@pytest.fixture
def file(tmp_path: Path) -> TokenFile:
    return TokenFile(tmp_path / "api-tokens.json")


def test_the_file_is_its_owners_and_holds_no_token(file: TokenFile, tmp_path: Path) -> None:
    token = file.make("wallboard", Role.VIEWER, ("town",), AT)

    prefix, name, secret = token.split(".")
    assert (prefix, name, len(secret)) == ("vaxel", "wallboard", 43)
    [path] = tmp_path.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert secret not in path.read_text()
    digest = hashlib.sha256(secret.encode()).hexdigest()
    kept = Token("wallboard", Role.VIEWER, ("town",), "2026-11-28T10:00:00+00:00", digest)
    assert file.read() == {"wallboard": kept}
    assert digest not in repr(kept)


def test_no_two_tokens_share_a_name_and_one_that_is_not_there_cannot_be_revoked(
    file: TokenFile,
) -> None:
    first = file.make("a", Role.VIEWER, (EVERY,), AT)
    with pytest.raises(TokenKnown):
        file.make("a", Role.ADMIN, (EVERY,), AT)
    assert file.read()["a"].role is Role.VIEWER
    file.revoke("a")
    assert file.make("a", Role.VIEWER, (EVERY,), AT) != first
    with pytest.raises(TokenUnknown):
        file.revoke("b")


def test_without_a_file_nobody_is_let_in(file: TokenFile) -> None:
    keeper = Doorkeeper(file, Clock())
    for brought in ("", "Bearer ", "Bearer vaxel..", "Bearer vaxel.a."):
        with pytest.raises(TokenRefused):
            keeper.judge(brought)
    assert keeper.refused == 4


def test_a_token_sees_its_organisations_and_one_of_every_sees_those_to_come() -> None:
    town = Token("a", Role.VIEWER, ("town",), "", "")
    assert (town.sees("town"), town.sees("towns"), town.sees("")) == (True, False, False)
    assert Token("a", Role.VIEWER, (EVERY,), "", "").sees("hamlet")


def test_a_token_stands_until_it_is_revoked_or_made_anew(file: TokenFile) -> None:
    keeper = Doorkeeper(file, Clock())
    judged = keeper.judge(f"Bearer {file.make('a', Role.ADMIN, (EVERY,), AT)}")
    assert keeper.stands(judged)
    file.revoke("a")
    assert not keeper.stands(judged)
    file.make("a", Role.ADMIN, (EVERY,), AT)
    assert not keeper.stands(judged)


@pytest.mark.parametrize(
    "content", ["", "[]", '{"tokens": 1}', '{"tokens": [{"name": "a"}]}', '{"tokens": ["a"]}']
)
def test_a_damaged_file_lets_nobody_in_and_is_told_once(
    file: TokenFile, tmp_path: Path, content: str, caplog: pytest.LogCaptureFixture
) -> None:
    token = file.make("a", Role.ADMIN, (EVERY,), AT)
    keeper = Doorkeeper(file, Clock())
    keeper.judge(f"Bearer {token}")
    path = tmp_path / "api-tokens.json"
    path.write_text(content)
    with pytest.raises(SecretsUnreadable):
        file.read()
    for _ in range(3):
        with pytest.raises(TokenRefused):
            keeper.judge(f"Bearer {token}")
    assert [record.levelno for record in caplog.records].count(logging.ERROR) == 1


def test_refusals_are_told_once_a_minute_and_never_with_what_was_brought(
    file: TokenFile, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    keeper = Doorkeeper(file, clock)
    for seconds in (0, 1, 59, 60, 61):
        clock.now_ms = seconds * 1000
        with pytest.raises(TokenRefused):
            keeper.judge("Bearer vaxel.a.hemligt")
    told = [vars(record)["requests"] for record in caplog.records]
    assert told == [1, 3]
    assert "hemligt" not in caplog.text


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write(tmp_path / "trees" / "town", "organisation.yaml", ORGANISATION)
    monkeypatch.setenv("VAXEL_SETTINGS", "/dev/null")
    monkeypatch.setenv("VAXEL_TREES", str(tmp_path / "trees"))
    monkeypatch.setenv("VAXEL_STATE", str(tmp_path / "state"))
    return tmp_path / "state" / "api-tokens.json"


def run(*words: str) -> Result:
    return CliRunner().invoke(application("tokens"), ["tokens", *words])


def test_a_token_is_made_shown_once_listed_and_revoked_by_command(town: Path) -> None:
    made = run("make", "lead", "--role", "supervisor", "--org", "town")
    assert made.exit_code == 0, made.output
    token = made.stdout.strip()
    keeper = Doorkeeper(TokenFile(town), Clock())
    judged = keeper.judge(f"Bearer {token}")
    assert (judged.name, judged.role, judged.organisations) == ("lead", Role.SUPERVISOR, ("town",))

    listed = run("list").stdout
    assert "lead" in listed
    assert "supervisor" in listed
    assert token.rpartition(".")[2] not in listed

    assert run("revoke", "lead").exit_code == 0
    with pytest.raises(TokenRefused):
        keeper.judge(f"Bearer {token}")
    assert "nobody may ask" in run("list").stdout


@pytest.mark.parametrize(
    "words",
    [
        ("make", "lead", "--role", "viewer"),
        ("make", "lead", "--role", "viewer", "--org", "town", "--every-org"),
        ("make", "lead", "--role", "viewer", "--org", "twon"),
        ("make", "lead", "--role", "owner", "--every-org"),
        ("make", "Lead", "--role", "viewer", "--every-org"),
        ("make", "a.b", "--role", "viewer", "--every-org"),
        ("make", "lead", "--every-org"),
    ],
)
def test_a_token_that_says_too_little_or_wrong_is_not_made(
    town: Path, words: tuple[str, ...]
) -> None:
    assert run(*words).exit_code == 2
    assert not town.exists()


def test_revoking_nobody_is_told(town: Path) -> None:
    assert isinstance(run("revoke", "nobody").exception, PlatformError)
