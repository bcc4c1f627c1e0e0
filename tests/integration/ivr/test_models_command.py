"""``vaxel models`` as a person runs it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ivr.cli import application, main
from media.speech.models import find_models

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VAXEL_SPEECH__MODELS", str(tmp_path))
    return tmp_path


def vaxel(*arguments: str) -> Result:
    return CliRunner().invoke(application("models"), ["models", *arguments])


def test_the_models_are_listed_with_language_engine_and_state(models: Path) -> None:
    (models / "vosk-model-small-sv-0.1").mkdir()

    listed = vaxel()

    assert listed.exit_code == 0
    rows = {line.split()[0]: line for line in listed.stdout.splitlines() if line.strip()}
    assert "pocketsphinx" in rows["en"]
    assert "in use" in rows["en"]
    assert "unusable" in rows["sv"]
    assert "am/final.mdl" in listed.stdout
    assert str(models) in listed.stdout.replace("\n", ""), "where a new one goes"


def test_a_good_model_is_loaded_and_decodes() -> None:
    tried = vaxel("verify", "en")

    assert tried.exit_code == 0
    assert "well; loaded in" in tried.stdout


def test_a_damaged_model_is_told_and_takes_nothing_down(models: Path) -> None:
    damaged = models / "vosk-model-small-da-0.1"
    shutil.copytree(find_models(models).of("ko").path, damaged)
    (damaged / "am" / "final.mdl").write_bytes(os.urandom(5000))

    tried = vaxel("verify", "da")

    assert tried.exit_code == 1
    assert "unpack it anew" in tried.stdout


def test_a_language_without_a_model_is_told_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["vaxel", "models", "verify", "fi"])

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 2
    assert "'fi'" in capsys.readouterr().err
