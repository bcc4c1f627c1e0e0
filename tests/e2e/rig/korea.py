"""A town in Korea, an organisation like any other: the one Vosk model in a package is Korean."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ORG, NUMBER = "korea", "110"
MENU, NO_KEY = "계속하시겠습니까?", "다시 말씀해 주세요."
YES, NO = "계속합니다.", "그만합니다."
WAIT_SECONDS = 2
ASKED_AGAIN = 2
"""A word that reaches Asterisk in pieces, as on a busy machine, is said once more."""

_TREE = {
    "numbers": [NUMBER],
    "start": "menu",
    "nodes": {
        "menu": {
            "menu": {"ko": MENU},
            "choices": {
                1: {"goto": "yes", "phrases": {"ko": ["예", "네"]}},
                2: {"goto": "no", "phrases": {"ko": ["아니요", "아니오"]}},
            },
            "wait": f"{WAIT_SECONDS} s",
            "on_invalid": {"repeat": ASKED_AGAIN, "then": "no"},
            "on_silence": {"say": {"ko": NO_KEY}, "repeat": 1, "then": "no"},
        },
        "yes": {"hang_up": {"ko": YES}},
        "no": {"hang_up": {"ko": NO}},
    },
}


def add_korean_town(folder: Path) -> None:
    """Write an organisation of one menu beside the one in ``folder / "demo"``."""
    home = folder / ORG
    home.mkdir()
    yaml = YAML()
    organisation = yaml.load(folder / "demo" / "organisation.yaml")
    for part in ("number", "hours", "queues", "agents", "pauses", "announcements"):
        organisation.pop(part, None)
    organisation |= {"id": ORG, "name": "한강", "languages": ["ko"]}
    # the base has them in other languages
    organisation |= {"pauses": None, "results": None, "announcements": None}
    organisation["texts"] = _in_korean(yaml.load(folder / "base.yaml")["texts"])
    yaml.dump(organisation, home / "organisation.yaml")
    yaml.dump(_TREE, home / "menu.yaml")


def _in_korean(texts: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same tree of texts, each as good as said in Korean: the English one."""
    if "en" in texts:
        return {"ko": texts["en"]}
    return {name: _in_korean(text) for name, text in texts.items()}
