"""Where the fields of a node must fit each other: each type's own rule, by its verb."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ivr.flow.vocabulary import KEYS
from tests.unit.flow.chance.town import OUTSIDE, WORDS, Data


def _relaxed(data: dict[str, Data]) -> None:
    """Make each step later than the one before and, but for the last, ask for something else."""
    before = data.get("require")
    steps = data.pop("relax", []) if before else []
    lasting = int(data.get("max_wait", "14400 s").removesuffix(" s"))
    kept: list[dict[str, Data]] = []
    for number, step in enumerate(steps, 1):
        if step.get("require") == before or 5 * number >= lasting:
            break
        kept.append(step | {"after": f"{5 * number} s"})
        before = step.get("require")
        if before is None:
            break
    if kept:
        data["relax"] = kept


def _queue(data: dict[str, Data]) -> None:
    _relaxed(data)
    data.setdefault("on_closed", data["on_nobody"])
    if "max_wait" in data:
        data.setdefault("on_timeout", data["then"])
    else:
        data.pop("on_timeout", None)
    if "max_length" in data:
        data.setdefault("on_full", data["on_nobody"])
    else:
        data.pop("on_full", None)
    if "max_estimate" in data:
        data.setdefault("on_long_wait", data["on_nobody"])
    else:
        data.pop("on_long_wait", None)


def _queue_data(data: dict[str, Data]) -> None:
    if {"wait_low", "wait_high"} & set(data["into"].values()):
        data.setdefault("on_unknown", data["then"])
    else:
        data.pop("on_unknown", None)


def _split(data: dict[str, Data]) -> None:
    ways = data["split"]
    for way in ways:
        way["share"] = f"{100 // len(ways)} %"
    ways[0]["share"] = f"{100 - 100 // len(ways) * (len(ways) - 1)} %"


def _collect(data: dict[str, Data]) -> None:
    kinds = ("digits", "number", "date", "personnummer", "cpr", "phone", "case_number")
    data["as"] = kinds[WORDS.index(data.get("as", WORDS[0])) % len(kinds)]
    data.pop("pattern", None)
    if data["as"] == "case_number":
        data["pattern"] = "A-nn/n"
    if data["as"] not in ("digits", "number"):
        data.pop("length", None)
    elif isinstance(data.get("length"), dict):
        data["length"].pop("least", None)
    if "terminator" in data:
        data["terminator"] = "*" if data["terminator"] in "*13579" else "#"
    if data.get("confirm") == "true":
        data.pop("sensitive", None)
    if data.get("sensitive") == "true":
        data["into"] = "hidden"  # that no text speaks


def _listen(data: dict[str, Data]) -> None:
    for number, answer in enumerate(data["answers"].values()):
        answer["key"] = KEYS[number]
        answer.pop("phrases", None)
    next(iter(data["answers"].values()))["phrases"] = {"sv": ["ett"]}


def _transcribe(data: dict[str, Data]) -> None:
    if data.get("sensitive") == "true":
        data["into"] = "hidden"  # that no text speaks


def _menu(data: dict[str, Data]) -> None:
    for choice in list(data["choices"].values())[1:]:
        choice.pop("phrases", None)


def _http(data: dict[str, Data]) -> None:
    data["http"] = "https://api.example.se/{{ v1 }}"
    data.pop("headers", None)
    if "secret_headers" in data:
        data["secret_headers"] = {"Authorization": "case-system"}
    data["method"] = "POST" if "body" in data else "GET"


def _transfer(data: dict[str, Data]) -> None:
    data["transfer"] = "{{ v1 }}" if data["transfer"] in WORDS[:2] else OUTSIDE


def _sms(data: dict[str, Data]) -> None:
    if data.get("to") not in WORDS[:2]:
        data.pop("to", None)


def _switch_announcement(data: dict[str, Data]) -> None:
    data["for"] = f"{60 * (1 + len(data['then']))} s"


def _survey(data: dict[str, Data]) -> None:
    for number, question in enumerate(data["questions"]):
        question["id"] = WORDS[number]
        if question.get("kind") == "speech":
            question.pop("into", None)


MENDED: Mapping[str, Callable[[dict[str, Data]], None]] = {
    "queue": _queue,
    "queue_data": _queue_data,
    "split": _split,
    "collect": _collect,
    "listen": _listen,
    "transcribe": _transcribe,
    "menu": _menu,
    "survey": _survey,
    "http": _http,
    "transfer": _transfer,
    "sms": _sms,
    "switch_announcement": _switch_announcement,
}
"""What makes the fields of a node type fit each other, by its verb."""
