"""Numbers of the demo organisation, each a tree of one node type and what it says of its ways."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

LANGUAGES = ("sv", "da", "en")

COLLECTS, EXTENSIONS, TEXTS, REMEMBERS, TRANSCRIBES = "231", "232", "233", "234", "235"
LIMITED, PREFERRED = "236", "237"
CALLS_BACK, SHORT = "238", "239"

QUEUE = "limited"

ENTER_CODE, ENTERED = "Ange koden.", "Du har angett"
RIGHT = "Stämmer det, tryck 1. För att ange det igen, tryck 2."
CODE_IS = "Koden är"

DIAL, CHOSEN, EXTENSION = "Välj något.", "Du valde ett.", "Anknytningen är"

LINK, SENT, NOT_SENT = "Hej från Exempelstad", "Det är skickat.", "Det gick inte."

CHOOSE, ASK, HELLO = "För svenska, tryck 1.", "Shall we remember your language?", "Hello again."

SAY_IT = "What do you want to tell us? Press hash to go on."
YOU_SAID, SKIPPED, NOBODY_WRITES = "You said", "As you like.", "Här kan ingen skriva."

FULL = "Kön är full."

PRESS_ONE = "Tryck 1."
"""All that a caller hears on the short way to the queue “support”."""


def add_nodes(home: Path, organisation: Any) -> None:
    """Add a queue to an organisation's document, and the call trees to its folder."""
    organisation["queues"][QUEUE] = {"ring": "5 s", "wrapup": "0 s", "announce_every": "60 s"}
    for number, nodes in _trees().items():
        (home / f"nodes-{number}.yaml").write_text(
            f'numbers: ["{number}"]\nstart: a\nnodes:{nodes}  end: {{hang_up: }}\n',
            encoding="utf-8",
        )


def _text(words: str) -> Mapping[str, str]:
    return dict.fromkeys(LANGUAGES, words)


def _trees() -> Mapping[str, str]:
    retries = "on_invalid: {repeat: 1, then: end}, on_silence: {repeat: 1, then: end}"
    choose = f"choose: {{language: {_text(CHOOSE)}, choices: {{1: sv, 3: en}}, then: b}}"

    def say(name: str, words: str) -> str:
        return f"  {name}: {{say: {_text(words)}, then: end}}\n"

    return {
        COLLECTS: f"""
  a: {{collect: {_text(ENTER_CODE)}, into: code, length: 4, confirm: true, {retries}, then: b}}
{say("b", f"{CODE_IS} {{{{ code }}}}.")}""",
        EXTENSIONS: f"""
  a:
    menu: {_text(DIAL)}
    choices: {{1: {{goto: b}}}}
    extensions: {{length: 4, into: number, pause: 1 s, then: c}}
    on_invalid: {{then: end}}
    on_silence: {{then: end}}
{say("b", CHOSEN)}{say("c", f"{EXTENSION} {{{{ number }}}}.")}""",
        TEXTS: f"""
  a: {{sms: {_text(LINK)}, then: b, on_failure: c}}
{say("b", SENT)}{say("c", NOT_SENT)}""",
        REMEMBERS: f"""
  a: {{recognise: {{known: c}}, otherwise: choose}}
  {choose}
  b: {{remember: language, ask: {_text(ASK)}, then: c}}
{say("c", HELLO)}""",
        TRANSCRIBES: f"""
  a: {{say: {_text("Hej.")}, then: choose}}
  {choose}
  b:
    transcribe: {_text(SAY_IT)}
    into: words
    confidence: 0    # how sure it is depends on where the frames of the sound begin
    on_skip: d
    on_invalid: {{then: end}}
    on_silence: {{then: end}}
    on_failure: e
    then: c
{say("c", f"{YOU_SAID} {{{{ words }}}}.")}{say("d", SKIPPED)}{say("e", NOBODY_WRITES)}""",
        LIMITED: f"""
  a: {{queue: {QUEUE}, max_length: 1, then: end, on_full: b, on_nobody: end}}
{say("b", FULL)}""",
        PREFERRED: f"""
  a: {{queue: {QUEUE}, priority: 10 min, then: end, on_nobody: end}}
""",
        SHORT: f"""
  a: {{menu: {_text(PRESS_ONE)}, choices: {{1: {{goto: b}}}}, {retries}}}
  b: {{queue: support, then: end, on_nobody: end}}
""",
        CALLS_BACK: """
  a: {callback: callback, then: end, on_refused: end}
""",
    }
