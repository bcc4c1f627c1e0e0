"""Keys of texts, and which of them are known before a call."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.flow.call import Utterance
from ivr.flow.load import load_all
from ivr.flow.prompts import Line, lines, utterances
from tests.unit.flow.trees import DEMO, ORGANISATION, check_organisation, tree_of

pytestmark = pytest.mark.unit

NODES = """
  a: {say: {sv: "Välkommen till {{ organisation }}.", en: "Welcome, {{ caller }}."}, then: main}
  main:
    menu: {sv: Tryck 1., en: "{{ 1 | ordinal }} choice."}
    choices: {1: {goto: end}}
    on_invalid: {say: {sv: "Fel {{ caller | default('') }}", en: Wrong.}, then: end}
    on_silence: {then: end}
"""


def found(folder: Path) -> dict[tuple[str, str], Line]:
    tree_of(folder, NODES)
    catalogue = load_all(folder)
    organisation = catalogue.organisations["town"]
    return {(line.key, line.language): line for line in lines(catalogue, organisation)}


def test_a_key_is_the_way_to_the_text_as_the_files_write_it(tmp_path: Path) -> None:
    keys = {key for key, _ in found(tmp_path)}
    assert {
        "tree.a.say",
        "tree.main.menu",
        "tree.main.on_invalid.say",
        "texts.technical_fault",
        "texts.queue.next",
        "pauses.1.say",
    } <= keys


@pytest.mark.parametrize(
    ("key", "language", "sentence", "rest"),
    [
        ("tree.a.say", "sv", "Välkommen till Town Hall.", "Välkommen till Town Hall."),
        ("tree.a.say", "en", "", "Welcome, ."),
        ("tree.main.menu", "en", "first choice.", "first choice."),
        ("tree.main.on_invalid.say", "sv", "", "Fel"),
    ],
)
def test_what_is_said_is_known_unless_it_depends_on_the_call(
    tmp_path: Path, key: str, language: str, sentence: str, rest: str
) -> None:
    line = found(tmp_path)[key, language]
    assert (line.sentence, line.rest) == (sentence, rest)


def test_every_sentence_that_is_known_is_rendered_ahead(tmp_path: Path) -> None:
    tree_of(tmp_path, NODES)
    said = utterances(load_all(tmp_path))
    assert Utterance("Välkommen till Town Hall.", "sv") in said
    assert not [utterance for utterance in said if not utterance.text]
    assert Utterance("Fel", "sv") not in said


def test_no_key_of_the_demo_is_there_twice() -> None:
    catalogue = load_all(DEMO)
    keys = [(line.key, line.language) for line in lines(catalogue, catalogue.organisations["demo"])]
    assert len(keys) == len(set(keys)) > 200


def test_an_organisation_chooses_voices(tmp_path: Path) -> None:
    tree = tree_of(
        tmp_path, "  a: {say: {sv: Hej, en: Hi}, then: end}\n",
        f"{ORGANISATION}voices: {{sv: {{variant: f3, speed: 140}}, en: {{speed: 130}}}}\n",
    )  # fmt: skip
    voices = tree.organisation.voices
    assert (voices["sv"].variant, voices["sv"].speed) == ("f3", 140)
    assert (voices["en"].variant, voices["en"].speed) == (None, 130)


@pytest.mark.parametrize(
    ("voices", "told"),
    [
        ("{sv: {variant: «f9}}", "no voice is named “f9”"),
        ("{sv: {speed: «500}}", "the number is too big"),
        ("{«da: {speed: 100}}", "does not declare the language “da”"),
    ],
)
def test_a_voice_that_does_not_exist_is_told(tmp_path: Path, voices: str, told: str) -> None:
    checked = check_organisation(tmp_path, f"{ORGANISATION}voices: {voices}\n")
    assert checked.places == checked.marked
    assert told in checked.messages[0]
