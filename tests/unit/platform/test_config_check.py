from __future__ import annotations

from pathlib import Path

import pytest

from ivr.platform.config_check import REQUIRED, check_folder
from ivr.platform.errors import ConfigurationInvalid

pytestmark = pytest.mark.unit


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in REQUIRED:
        (tmp_path / name).write_text("[general]\nstatic = yes\n")
    return tmp_path


def test_a_sound_folder_passes(folder: Path) -> None:
    (folder / "extensions.conf").write_text(
        "[c]\nexten => _[+0-9]!,1,GotoIf($[${A} = 1]?x)\n same => n(x),Hangup() ; a (comment\n"
        " same => n,Set(A=(\\;)) ; a semicolon, then a (comment\n"
    )
    check_folder(folder)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[general]\nport = {{ port }}\n", "2: template syntax was left unrendered"),
        ("[general]\n{% endfor %}\n", "2: template syntax was left unrendered"),
        ("[general]\nname = a\x07b\n", "2: a control character stands in the line"),
        ("[general\nport = 1\n", "1: Missing '[' or ']' in category definition"),
        ("[general](!)\nport = 1\n", "1: Missing '[' or ']' in category definition"),
        ("[general]\nport 1\n", "2: Item must be in name = value pairs"),
        ("[general]\n#include other.conf\n", "2: Item must be in name = value pairs"),
        ("port = 1\n[general]\n", "1: stands before the first section"),
        ("; nothing\n", "1: no section"),
        ("[]\nport = 1\n", "1: a section without a name"),
        ("[general]\n= 1\n", "2: a value without a name"),
    ],
)
def test_a_fault_is_told_with_file_and_line(folder: Path, text: str, fault: str) -> None:
    (folder / "rtp.conf").write_text(text)

    with pytest.raises(ConfigurationInvalid) as refused:
        check_folder(folder)
    assert f"{folder / 'rtp.conf'}:{fault}" in str(refused.value)


def test_a_bracket_that_is_not_closed_in_the_dialplan_is_a_fault(folder: Path) -> None:
    (folder / "extensions.conf").write_text('[c]\nexten => s,1,GotoIf($["${A}" = "1"?x)\n')

    with pytest.raises(ConfigurationInvalid, match=r"extensions\.conf:2: a bracket"):
        check_folder(folder)


def test_a_file_that_is_missing_is_a_fault(folder: Path) -> None:
    (folder / "pjsip.conf").unlink()

    with pytest.raises(ConfigurationInvalid, match=r"pjsip\.conf: the file is missing"):
        check_folder(folder)


def test_all_faults_are_told_at_once(folder: Path) -> None:
    (folder / "rtp.conf").write_text("{{ a }}\n")
    (folder / "manager.conf").write_text("")

    with pytest.raises(ConfigurationInvalid) as refused:
        check_folder(folder)
    assert len(str(refused.value).splitlines()) >= 3
