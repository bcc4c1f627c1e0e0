from __future__ import annotations

import pytest

from wire.ami.actions import MAX_LINE, encode
from wire.ami.errors import AmiInjectionRefused, AmiLineTooLong

pytestmark = pytest.mark.unit


def test_an_action_is_its_lines_and_an_empty_one() -> None:
    data = encode({"Action": "Setvar", "Variable": "NAME", "Value": "Zoë", "ActionID": "1"})
    assert data == "Action: Setvar\r\nVariable: NAME\r\nValue: Zoë\r\nActionID: 1\r\n\r\n".encode()


def test_a_header_with_several_values_is_repeated() -> None:
    assert encode({"Variable": ("A=1", "B=2")}) == b"Variable: A=1\r\nVariable: B=2\r\n\r\n"


@pytest.mark.parametrize("end", ["\r\n\r\nAction: Originate", "\n", "\r", "\0"])
def test_a_line_end_in_a_value_is_refused(end: str) -> None:
    with pytest.raises(AmiInjectionRefused, match="UserEvent"):
        encode({"Action": "UserEvent", "UserEvent": f"x{end}"})


def test_a_line_end_in_one_of_several_values_is_refused() -> None:
    with pytest.raises(AmiInjectionRefused):
        encode({"Variable": ("A=1", "B=2\r\nAction: Originate")})


@pytest.mark.parametrize("name", ["A\r\nB", "A\n", "A\r", "A\0", "A: b\r\nC", "A:", ""])
def test_a_header_name_that_would_become_another_header_is_refused(name: str) -> None:
    with pytest.raises(AmiInjectionRefused):
        encode({name: "x"})


def test_a_refusal_does_not_repeat_the_value() -> None:
    with pytest.raises(AmiInjectionRefused) as refusal:
        encode({"Secret": "s3cret\n"})
    assert "s3cret" not in str(refusal.value)


def test_a_line_longer_than_asterisk_reads_is_refused_by_its_bytes() -> None:
    room = MAX_LINE - len("A: \r\n")
    assert encode({"A": "x" * room})
    with pytest.raises(AmiLineTooLong):
        encode({"A": "x" * (room + 1)})
    with pytest.raises(AmiLineTooLong):
        encode({"A": "ë" * (room // 2 + 1)})


def test_a_lone_surrogate_does_not_break_the_link() -> None:
    assert encode({"A": "\udcff"}) == b"A: ?\r\n\r\n"
