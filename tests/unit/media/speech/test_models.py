"""Which models are found, and what is wrong with them; nothing is loaded."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from media.speech.errors import LanguageNotInstalled, ModelUnusable
from media.speech.models import EngineName, find_models
from media.speech.transcription import Transcriber

pytestmark = pytest.mark.unit

FILES = ("am/final.mdl", "conf/mfcc.conf", "graph/HCLG.fst")


def put_model(folder: Path, name: str, *, without: str = "", manifest: object = None) -> Path:
    model = folder / name
    for file in FILES:
        if file != without:
            (model / file).parent.mkdir(parents=True, exist_ok=True)
            (model / file).write_bytes(file.encode())
    if manifest is not None:
        text = manifest if isinstance(manifest, str) else json.dumps(manifest)
        (model / "manifest.json").write_text(text, encoding="utf-8")
    return model


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("vosk-model-small-sv-rhasspy-0.15", "sv"),
        ("vosk-model-en-us-0.22", "en"),
        ("vosk-model-small-da-0.1", "da"),
    ],
)
def test_the_language_of_a_model_is_in_its_name(tmp_path: Path, name: str, language: str) -> None:
    put_model(tmp_path, name)

    model = find_models(tmp_path).of(language)

    assert (model.name, model.engine, model.fault) == (name, EngineName.VOSK, "")
    assert model.size == sum(len(file) for file in FILES)


def test_a_manifest_names_the_language_of_any_folder(tmp_path: Path) -> None:
    put_model(tmp_path, "dansk", manifest={"language": "da"})
    put_model(tmp_path, "something-else")

    assert find_models(tmp_path).of("da").name == "dansk"
    assert all(model.name != "something-else" for model in find_models(tmp_path).all)


def test_english_is_there_without_any_folder() -> None:
    assert find_models(Path("/nonexistent")).of("en").engine is EngineName.POCKETSPHINX


def test_a_model_in_the_folder_goes_before_one_in_a_package(tmp_path: Path) -> None:
    put_model(tmp_path, "vosk-model-en-us-0.22")

    assert find_models(tmp_path).of("en").engine is EngineName.VOSK


def test_a_damaged_model_does_not_take_the_place_of_a_whole_one(tmp_path: Path) -> None:
    put_model(tmp_path, "vosk-model-en-us-0.22", without="am/final.mdl")

    found = find_models(tmp_path)

    assert found.of("en").engine is EngineName.POCKETSPHINX
    assert any("am/final.mdl" in model.fault for model in found.all)


@pytest.mark.parametrize("file", FILES)
def test_a_missing_file_is_named(tmp_path: Path, file: str) -> None:
    put_model(tmp_path, "vosk-model-small-sv-0.1", without=file)

    with pytest.raises(ModelUnusable, match=file):
        find_models(tmp_path).of("sv")


def test_a_language_without_a_model_is_told_with_those_that_are_there(tmp_path: Path) -> None:
    with pytest.raises(LanguageNotInstalled, match=r"'fi'.*en"):
        find_models(tmp_path).of("fi")


def test_a_file_that_differs_from_its_manifest_is_named(tmp_path: Path) -> None:
    digests = {file: hashlib.sha256(file.encode()).hexdigest() for file in FILES}
    model = put_model(tmp_path, "vosk-model-small-sv-0.1", manifest={"sha256": digests})
    find_models(tmp_path).of("sv").verify()

    (model / "am/final.mdl").write_bytes(b"another")

    with pytest.raises(ModelUnusable, match=r"am/final\.mdl is not"):
        find_models(tmp_path).of("sv").verify()


@pytest.mark.parametrize(
    "manifest",
    ["{", "[]", '{"sha256": {"../../etc/passwd": "00"}}', '{"sha256": {"x": 1}}', "\xff"],
)
def test_a_bad_manifest_makes_the_model_unusable(tmp_path: Path, manifest: str) -> None:
    put_model(tmp_path, "vosk-model-small-sv-0.1", manifest=manifest)

    with pytest.raises(ModelUnusable, match=r"manifest\.json"):
        find_models(tmp_path).of("sv")


@pytest.mark.parametrize("language", ["sv_SE", "Svenska", "", 7, ["sv"], None])
def test_a_manifest_with_a_language_that_nobody_asks_for_is_told(
    tmp_path: Path, language: object
) -> None:
    put_model(tmp_path, "some-model", manifest={"language": language})

    (model,) = (one for one in find_models(tmp_path).all if one.name == "some-model")

    assert "manifest.json" in model.fault


def test_a_model_that_cannot_be_read_takes_no_other_one_away(tmp_path: Path) -> None:
    digests = {"am/" + "x" * 300: "00"}
    put_model(tmp_path, "vosk-model-small-sv-0.1", manifest={"sha256": digests})
    put_model(tmp_path, "vosk-model-small-da-0.1")

    found = find_models(tmp_path)

    assert {"en", "da"} <= {tag for tag, one in found.by_language.items() if not one.fault}
    with pytest.raises(ModelUnusable, match="cannot be read"):
        found.of("sv")


def test_a_folder_of_models_that_is_none_is_told_and_english_is_there(tmp_path: Path) -> None:
    file = tmp_path / "models"
    file.write_text("")

    found = find_models(file)

    assert found.of("en").engine is EngineName.POCKETSPHINX
    assert [model.fault for model in found.all if model.path == file] == [
        "it cannot be read (Not a directory)."
    ]


def test_transcripts_are_offered_in_whole_models_only(tmp_path: Path) -> None:
    put_model(tmp_path, "vosk-model-small-sv-0.1", without="am/final.mdl")
    put_model(tmp_path, "vosk-model-small-da-0.1")

    transcriber = Transcriber(find_models(tmp_path))

    assert {"en", "da"} <= transcriber.languages
    assert "sv" not in transcriber.languages
    with pytest.raises(ModelUnusable):
        transcriber.transcribe([], 8000, "sv")
