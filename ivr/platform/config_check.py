"""Check a rendered Asterisk configuration before Asterisk sees it.

Asterisk skips what it does not understand and goes on, at best with a line in a log. Here that is
an error: pyst2's reader judges the form of each line, this module what the reader cannot see.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from asterisk.config import Config, ParseError

from ivr.platform.errors import ConfigurationInvalid

_UNRENDERED = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_COMMENT = re.compile(r"(?<!\\);")
_PAIRS = {")": "(", "}": "{", "]": "["}

REQUIRED = ("asterisk.conf", "extensions.conf", "manager.conf", "modules.conf", "pjsip.conf")
"""Files without which Asterisk starts, and does not do what we need."""


def check_folder(folder: Path) -> None:
    """Check every ``*.conf`` of a folder.

    Raises:
        ConfigurationInvalid: Its message lists every fault as ``file:line: what``.
    """
    faults = [
        f"{folder / name}: the file is missing" for name in REQUIRED if not (folder / name).exists()
    ]
    for path in sorted(folder.glob("*.conf")):
        faults.extend(f"{path}{fault}" for fault in _faults(path))
    if faults:
        raise ConfigurationInvalid(
            "The rendered Asterisk configuration is faulty:\n" + "\n".join(faults)
        )


def _faults(path: Path) -> Iterator[str]:
    """Each fault of one file as ``:line: what``."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if _UNRENDERED.search(line):
            yield f":{number}: template syntax was left unrendered"
        if _CONTROL.search(line):
            yield f":{number}: a control character stands in the line"
        if path.name == "extensions.conf" and not _balanced(_COMMENT.split(line)[0]):
            yield f":{number}: a bracket is not closed"
    try:
        config = Config(str(path))
    except ParseError as error:
        number, what = error.args
        yield f":{number}: {what}"
        return
    if not config.categories:
        yield ":1: no section, Asterisk would ignore all of it"
    for line in config.lines:
        if config.categories and 0 < line.number < config.categories[0].number and line.line:
            yield f":{line.number}: stands before the first section and would be ignored"
    for category in config.categories:
        if not category.name:
            yield f":{category.number}: a section without a name"
        for item in category.items:
            if not item.name:
                yield f":{item.number}: a value without a name"


def _balanced(line: str) -> bool:
    """Whether every bracket outside a pattern's own is closed in order."""
    open_brackets: list[str] = []
    for character in line:
        if character in _PAIRS.values():
            open_brackets.append(character)
        elif character in _PAIRS and (
            not open_brackets or open_brackets.pop() != _PAIRS[character]
        ):
            return False
    return not open_brackets
