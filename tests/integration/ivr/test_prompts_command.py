"""``vaxel prompts`` as an admin uses it, with real sound."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ivr.cli import application
from media.wav import is_telephone_wav
from tests.integration.media.test_recorded import record
from tests.unit.flow.trees import tree_of

pytestmark = pytest.mark.integration

NODES = """
  a: {say: {sv: "Välkommen till {{ organisation }}.", en: "Welcome <all>."}, then: b}
  b: {say: {sv: "Du ringer från {{ caller }}.", en: "Your number is {{ caller }}."}, then: end}
"""


@pytest.fixture(autouse=True)
def trees(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VAXEL_TREES", str(tmp_path / "trees"))
    monkeypatch.setenv("VAXEL_STATE", str(tmp_path / "state"))
    tree_of(tmp_path / "trees", NODES)
    return tmp_path / "trees"


def prompts(*arguments: str) -> Result:
    return CliRunner().invoke(application("prompts"), ["prompts", *arguments])


def texts() -> dict[tuple[str, str], dict[str, str]]:
    (town,) = json.loads(prompts("town", "--format", "json").stdout)
    return {(text["key"], text["language"]): text for text in town["texts"]}


def put(trees: Path, name: str) -> Path:
    file = trees / "town" / "recordings" / name
    record(file, 440)
    return file


def test_a_recording_is_put_there_listened_to_adopted_and_goes_stale(trees: Path) -> None:
    assert texts()["tree.a.say", "sv"]["state"] == "synthetic"

    put(trees, "sv/tree.a.say.wav")
    assert texts()["tree.a.say", "sv"]["state"] == "new"
    assert texts()["texts.no_key", "sv"]["state"] == "synthetic"

    adopted = prompts("adopt", "town")
    assert adopted.exit_code == 0
    assert "tree.a.say (sv): Välkommen till Town Hall." in adopted.stdout
    found = texts()
    assert found["tree.a.say", "sv"]["state"] == "recorded"
    assert found["texts.no_key", "sv"]["state"] == "missing"
    assert found["texts.no_key", "en"]["state"] == "synthetic"
    assert found["tree.b.say", "sv"]["state"] == "expression"

    tree_of(trees, NODES.replace("Välkommen", "Hjärtligt välkommen"))
    assert texts()["tree.a.say", "sv"]["state"] == "stale"
    listed = prompts("town", "--state", "stale").stdout
    assert "recorded: Välkommen till Town Hall." in listed
    assert "record it anew" in listed

    assert prompts("adopt", "town").exit_code == 1, "a stale one has to be named"
    assert texts()["tree.a.say", "sv"]["state"] == "stale"
    assert prompts("adopt", "town", "tree.a.say").exit_code == 0
    assert texts()["tree.a.say", "sv"]["state"] == "recorded"


def test_what_is_no_sound_cannot_be_adopted(trees: Path) -> None:
    file = trees / "town" / "recordings" / "sv" / "tree.a.say.flac"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"words")
    adopted = prompts("adopt", "town")
    assert adopted.exit_code == 1
    assert "no sound" in adopted.stdout
    assert texts()["tree.a.say", "sv"]["state"] == "new"


def test_recordings_are_judged_and_what_is_to_be_done_is_told(trees: Path) -> None:
    put(trees, "sv/tree.a.say.mp3")
    put(trees, "sv/tree.gone.say.wav")
    judged = prompts("check", "town")
    assert judged.exit_code == 1
    assert "tree.a.say (sv)  2.0 s" in judged.stdout
    assert "not played before" in judged.stdout
    assert "no text has this key" in judged.stdout
    first, second = json.loads(prompts("check", "--format", "json").stdout)
    assert first["peak_dbfs"] < -20
    assert first["rate_hz"] == 44_100
    assert second["file"].endswith("tree.gone.say.wav")
    assert prompts("check", "town", "--language", "en").exit_code == 1


def test_without_recordings_there_is_nothing_to_complain_of() -> None:
    assert prompts("check").exit_code == 0


def test_a_text_is_heard_as_a_file_recorded_or_spoken(trees: Path, tmp_path: Path) -> None:
    spoken, recorded, rest = (tmp_path / f"{name}.wav" for name in ("spoken", "recorded", "rest"))
    prompts("listen", "town", "tree.a.say", "--language", "sv", "--to", str(spoken))
    put(trees, "sv/tree.a.say.ogg")
    prompts("adopt", "town")
    prompts("listen", "town", "tree.a.say", "--language", "sv", "--to", str(recorded))
    told = prompts("listen", "town", "tree.b.say", "--language", "en", "--to", str(rest))
    assert "en: Your number is ." in told.stdout
    assert all(is_telephone_wav(file) for file in (spoken, recorded, rest))
    assert spoken.read_bytes() != recorded.read_bytes()


def test_where_nothing_can_play_a_file_is_advised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.cli.prompts_listening.shutil.which", lambda _: None)
    heard = prompts("listen", "town", "tree.a.say", "--language", "sv")
    assert heard.exit_code == 1
    assert "--language sv --to FILE.wav" in heard.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("listen", "town", "tree.a.sya"), "tree.a.say"),
        (("listen", "town", "tree.a.say", "--language", "da"), "sv, en"),
        (("listen", "town", "tree.a.say", "--to", "x.wav"), "--language"),
        (("twon",), "town"),
        (("script", "nowhere"), "town"),
    ],
)
def test_a_slip_is_answered_with_what_there_is(arguments: tuple[str, ...], told: str) -> None:
    result = prompts(*arguments)
    assert result.exit_code == 2
    assert told in result.output


def test_a_speaker_gets_each_sentence_once_and_none_that_depends_on_the_call(trees: Path) -> None:
    again = "  c: {say: {sv: Välkommen till Town Hall., en: Other.}, then: b}\n"
    tree_of(trees, NODES.replace("then: b}", "then: c}", 1) + again)
    rows = list(csv.DictReader(io.StringIO(prompts("script", "town").stdout)))
    assert {"key": "tree.a.say", "language": "en", "text": "Welcome <all>."} in rows
    assert [row["key"] for row in rows if row["text"].startswith("Välkommen")] == ["tree.a.say"]
    assert not [row for row in rows if row["key"] == "tree.b.say"]
    assert [row["language"] for row in rows] == sorted(row["language"] for row in rows)


def test_a_page_to_be_printed_holds_the_texts_as_text(tmp_path: Path) -> None:
    page = tmp_path / "script.html"
    prompts("script", "town", "--format", "html", "--to", str(page))
    written = page.read_text(encoding="utf-8")
    assert "Welcome &lt;all&gt;." in written
    assert "Swedish (sv)" in written


def test_all_is_rendered_on_demand(tmp_path: Path) -> None:
    assert prompts("town", "--render").exit_code == 0
    assert len(list((tmp_path / "state" / "prompts").rglob("*.wav"))) > 40


def test_trees_with_an_error_are_told_of(trees: Path) -> None:
    (trees / "town" / "tree.yaml").write_text("nodes: [", encoding="utf-8")
    result = prompts("town")
    assert result.exit_code != 0
