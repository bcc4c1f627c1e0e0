"""Keys of web services: each organisation its own, never shown, told where one is missing."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from ivr.cli import secrets, show, trees
from ivr.flow.load import check
from ivr.platform.secrets import Secrets
from ivr.world.web_secrets import WebSecrets, without_value
from tests.unit.flow.trees import END, ORGANISATION, write

pytestmark = pytest.mark.unit

VALUE = "Bearer q1w2e3"
NODES = (
    "  a: {http: https://api.example.se/, secret_headers: {Authorization: «case-system}, "
    "then: end, on_failure: end}\n"
)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation with one organisation, whose tree names a secret."""
    hosts = "http_hosts: [api.example.se]\n"
    write(tmp_path / "trees" / "town", "organisation.yaml", ORGANISATION + hosts)
    write(
        tmp_path / "trees" / "town",
        "tree.yaml",
        f"numbers: ['100']\nstart: a\nnodes:\n{NODES}{END}",
    )
    monkeypatch.setenv("VAXEL_SETTINGS", "/dev/null")
    monkeypatch.setenv("VAXEL_TREES", str(tmp_path / "trees"))
    monkeypatch.setenv("VAXEL_STATE", str(tmp_path / "state"))
    return tmp_path


def vaxel(*arguments: str, given: str = "") -> Result:
    app = typer.Typer()
    for group in (secrets, show, trees):
        group.register(app)
    return CliRunner().invoke(app, arguments, input=given)


def file(root: Path) -> Path:
    return root / "state" / "secrets.json"


def test_a_key_is_given_on_standard_input_and_shown_by_no_command(root: Path) -> None:
    before = vaxel("secrets", "list")
    told = vaxel("secrets", "set", "town", "case-system", given=f"{VALUE}\n")
    assert (told.exit_code, told.output) == (0, "The secret case-system of town is kept.\n")
    assert Secrets.load_or_create(file(root), ()).web == {"town/case-system": VALUE}
    after = vaxel("secrets", "list")
    assert "none yet" in before.output
    assert after.output.splitlines()[1].split() == ["town", "case-system", "kept", "use", "it"]
    shown = [
        after,
        vaxel("show", "town", "tree"),
        vaxel("check"),
        vaxel("call", "100", "--keys", "1"),
    ]
    assert [one.exit_code for one in shown] == [0] * 4
    assert not [one.output for one in shown if "q1w2e3" in one.output]


def test_check_tells_a_missing_value_at_its_place_and_with_the_command(root: Path) -> None:
    assert "secret" not in vaxel("check").output, "no installation is here that could have it"
    Secrets.load_or_create(_made(file(root)), ())
    told = vaxel("check")
    assert told.exit_code == 0
    assert "tree.yaml:4:70: warning: the secret “case-system” has no value" in told.output
    assert "run: vaxel secrets set town case-system" in told.output
    vaxel("secrets", "set", "town", "case-system", given=VALUE)
    assert vaxel("check").output == "0 errors, 0 warnings in 2 files\n"


def test_a_key_is_removed(root: Path) -> None:
    vaxel("secrets", "set", "town", "case-system", given=VALUE)
    assert vaxel("secrets", "remove", "town", "case-system").exit_code == 0
    assert Secrets.load_or_create(file(root), ()).web == {}
    again = vaxel("secrets", "remove", "town", "case-system")
    assert "no secret is named “case-system”; none is defined" in again.output


def test_a_key_may_be_kept_before_a_tree_names_it(root: Path) -> None:
    told = vaxel("secrets", "set", "town", "tickets", given=VALUE)
    assert told.exit_code == 0
    assert told.output.endswith("No call tree of town names it yet.\n")


@pytest.mark.parametrize(
    ("org", "name", "given", "message"),
    [
        ("twon", "case-system", VALUE, "no organisation is named “twon”; did you mean “town”?"),
        ("town", "Case System", VALUE, "“Case System” is no identifier"),
        ("town", "../city/x", VALUE, "is no identifier"),
        ("town", "case-system", "\n", "1 to 4096 characters"),
        ("town", "case-system", "q1w2e3\tx", "1 to 4096 characters"),
        ("town", "case-system", "q1w2e3å", "1 to 4096 characters"),
        ("town", "case-system", "q1w2e3" * 700, "1 to 4096 characters"),
    ],
)
def test_what_cannot_be_a_key_is_refused_and_not_repeated(
    root: Path, org: str, name: str, given: str, message: str
) -> None:
    told = vaxel("secrets", "set", org, name, given=given)
    output = " ".join(told.output.replace("│", " ").split())
    assert told.exit_code == 2
    assert message in output
    assert "q1w2e3" not in output
    assert not file(root).exists()


def test_an_organisation_has_its_own_keys_and_a_new_value_counts_at_once(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    known = WebSecrets(path)
    town, city = known.of("town"), known.of("city")
    assert town("cases") is None, "there is no file yet"
    Secrets.keep_web(path, "town/cases", "1")
    Secrets.keep_web(path, "city/cases", "2")
    assert (town("cases"), city("cases")) == ("1", "2")
    assert (town("city/cases"), town("../city/cases"), city("tickets")) == (None, None, None)
    Secrets.keep_web(path, "town/cases", "3")
    assert town("cases") == "3"
    Secrets.keep_web(path, "town/cases", "")
    assert town("cases") is None


def test_a_file_that_cannot_be_read_leaves_what_was_known_and_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "secrets.json"
    town = WebSecrets(path).of("town")
    Secrets.keep_web(path, "town/cases", VALUE)
    assert town("cases") == VALUE
    path.write_text("{")
    assert town("cases") == VALUE
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "q1w2e3" not in caplog.text


def test_another_organisations_key_is_no_value(root: Path) -> None:
    checked = check(root / "trees")
    assert list(without_value(checked, {"town/case-system"})) == []
    assert len(list(without_value(checked, {"city/case-system", "case-system"}))) == 1


def _made(path: Path) -> Path:
    path.parent.mkdir()
    return path
