"""Menus that listen to a voice: the language's checks, the walk, the call in memory."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.flow.call import Heard, Hearing, ListenRequest, Utterance
from ivr.flow.engine import Run
from ivr.flow.memory import MemoryCall, Script
from ivr.flow.trace import Observed, RunResult, Told
from ivr.flow.vocabulary import LANGUAGES
from media.espeak import VOICES
from tests.unit.flow.trees import check_nodes, tree_of

pytestmark = pytest.mark.unit

RETRIES = "on_invalid: {then: end}, on_silence: {then: end}"

MENU = (
    "  a:\n"
    "    menu: {sv: välj, en: choose}\n"
    "    choices:\n"
    "      1: {goto: fees, phrases: {sv: [avgift, Färdtjänst  resa]}}\n"
    "      2: {goto: staff, phrases: {sv: [handläggare], en: [staff]}}\n"
    "      9: {goto: a}\n"
    "    wait: 4 s\n"
    "    confidence: 70\n"
    "    on_invalid: {say: {sv: fel, en: wrong}, repeat: 1, then: invalid}\n"
    "    on_silence: {repeat: 1, then: silent}\n"
    "  fees: {hang_up: }\n"
    "  staff: {hang_up: }\n"
    "  invalid: {hang_up: }\n"
    "  silent: {say: {sv: tyst, en: silent}, then: end}\n"
)


class Attentive(MemoryCall):
    """Keeps the requests to listen."""

    def __init__(self, keys: str) -> None:
        super().__init__(Script.parse(keys), dialled="100", began=datetime(2026, 1, 1, tzinfo=UTC))
        self.asked: list[ListenRequest] = []

    async def listen(self, request: ListenRequest) -> Heard:
        self.asked.append(request)
        return await super().listen(request)


async def walk(
    folder: Path, keys: str, nodes: str = MENU
) -> tuple[Attentive, RunResult, list[tuple[str, Heard]]]:
    call = Attentive(keys)
    seen: list[tuple[str, Heard]] = []

    async def observe(what: Observed) -> None:
        if isinstance(what, Told) and isinstance(what.what, Heard):
            seen.append((what.node, what.what))

    result = await Run(tree_of(folder, nodes), call, now=call.now, observe=observe).to_end()
    return call, result, seen


@pytest.mark.parametrize(
    ("keys", "last", "said"),
    [
        ("say avgift", "fees", ["välj"]),
        ("say  FÄRDTJÄNST resa", "fees", ["välj"]),
        ("say handläggare", "staff", ["välj"]),
        ("1", "fees", ["välj"]),
        ("9,2", "staff", ["välj", "välj"]),
        ("92", "staff", ["välj", "välj"]),
        ("say staff,1", "fees", ["välj", "unclear sv", "välj"]),
        ("say rubbish,say nonsense", "invalid", ["välj", "unclear sv", "välj"]),
        ("say rubbish,7", "invalid", ["välj", "unclear sv", "välj"]),
        ("7,say avgift", "fees", ["välj", "fel", "välj"]),
        (",", "end", ["välj", "no_key sv", "välj", "tyst"]),
        (",say rubbish,2", "staff", ["välj", "no_key sv", "välj", "unclear sv", "välj"]),
    ],
)
async def test_words_and_keys_choose_by_the_same_rules(
    tmp_path: Path, keys: str, last: str, said: list[str]
) -> None:
    call, result, _ = await walk(tmp_path, keys)
    assert result.last_node == last
    assert [utterance.text for utterance in call.heard] == said


async def test_the_call_is_told_what_may_be_said_and_how_sure_it_must_be(tmp_path: Path) -> None:
    call, _, _ = await walk(tmp_path, "1")
    phrases = ("avgift", "Färdtjänst resa", "handläggare")
    assert call.asked == [ListenRequest(Utterance("välj", "sv"), phrases, 4, 70)]


async def test_a_menu_without_a_phrase_in_the_callers_language_hears_keys_alone(
    tmp_path: Path,
) -> None:
    nodes = MENU.replace("sv: [avgift, Färdtjänst  resa]", "en: [fee]").replace(
        "sv: [handläggare], ", ""
    )
    call, result, seen = await walk(tmp_path, "say staff,1", nodes)
    assert call.asked == []
    assert seen == []
    assert [utterance.text for utterance in call.heard] == ["välj", "no_key sv", "välj"]
    assert result.last_node == "fees"


async def test_every_listening_is_told_with_its_node_and_a_key_is_none(tmp_path: Path) -> None:
    _, _, seen = await walk(tmp_path, "say rubbish,9,,say avgift")
    assert [(node, heard.hearing) for node, heard in seen] == [
        ("a", Hearing.NO_MATCH),
        ("a", Hearing.SILENCE),
        ("a", Hearing.MATCH),
    ]
    assert seen[-1][1].phrase == "avgift"


async def test_a_question_whose_only_expression_fails_still_takes_a_key(tmp_path: Path) -> None:
    nodes = MENU.replace("sv: välj", 'sv: "{{ caller / 0 }}"')
    call, result, _ = await walk(tmp_path, "1", nodes)
    assert call.asked == []
    assert result.last_node == "fees"


def menu(choices: str, more: str = "") -> str:
    return f"  a: {{menu: {{sv: välj, en: choose}}, choices: {{{choices}}}, {more}{RETRIES}}}\n"


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        (
            menu("1: {goto: end, phrases: {sv: [Lön]}}, 2: {goto: a, phrases: {sv: [«lön]}}"),
            "“lön” is given twice",
        ),
        (
            menu("1: {goto: end, phrases: {sv: [min  lön, din lön, «MIN lön]}}"),
            "“MIN lön” is given twice",
        ),
        (menu("1: {goto: end, phrases: {«da: [løn]}}"), "the organisation does not declare"),
        (menu("1: {goto: end, phrases: {sv: ['«']}}"), "the phrase is empty"),
        (menu("1: {goto: end, phrases: {sv: «[]}}"), "at least one entry is needed"),
        (menu("1: {goto: end, phrases: «{}}"), "at least one entry is needed"),
        (menu("1: {goto: end, phrases: {sv: «lön}}"), "a list was expected here"),
        (menu(f"1: {{goto: end, phrases: {{sv: [«{'x' * 61}]}}}}"), "the phrase is longer than 60"),
        (menu("1: {goto: end, phrases: {sv: [«tryck 1]}}"), "“tryck 1” cannot be said"),
        (menu("1: {goto: end, phrases: {sv: [«a|b]}}"), "“a|b” cannot be said"),
        (
            menu(
                "1: {goto: end, phrases: {sv: «["
                + ", ".join("lön" + "n" * count for count in range(21))
                + "]}}"
            ),
            "there are more than 20 phrases",
        ),
        (
            menu("1: {goto: end, phrases: {sv: [lön]}}", "confidence: «101, "),
            "the number is too big",
        ),
    ],
)
def test_each_slip_in_a_phrase_is_told_at_its_place(
    tmp_path: Path, nodes: str, message: str
) -> None:
    nodes = nodes.replace("'«'", "«''")
    found = check_nodes(tmp_path, nodes)
    assert found.places == found.marked
    assert found.messages[0].startswith(message)


def test_the_same_word_may_mean_two_things_in_two_languages(tmp_path: Path) -> None:
    nodes = menu("1: {goto: end, phrases: {sv: [barn]}}, 2: {goto: a, phrases: {en: [barn]}}")
    assert check_nodes(tmp_path, nodes).problems == ()


@pytest.mark.parametrize("phrase", ["don't", "e-post", "rock ’n’ roll", "상담원", "å ä ö"])
def test_letters_of_every_script_are_phrases(tmp_path: Path, phrase: str) -> None:
    nodes = menu(f'1: {{goto: end, phrases: {{sv: ["{phrase}"]}}}}')
    assert check_nodes(tmp_path, nodes).problems == ()


def test_every_language_that_may_be_declared_has_a_voice() -> None:
    assert set(LANGUAGES) == set(VOICES)
