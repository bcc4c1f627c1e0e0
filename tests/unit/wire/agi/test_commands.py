from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wire.agi.commands import (
    MAX_COMMAND_BYTES,
    application_argument,
    command,
    execute,
    quote,
    variable_name,
)
from wire.agi.errors import AgiBadArgument

pytestmark = pytest.mark.unit


def asterisk_words(line: bytes) -> list[bytes]:
    """The words that ``parse_args`` of ``res/res_agi.c`` makes of a line, case by case."""
    words: list[bytearray] = []
    quoted = escaped = False
    between = True
    for byte in line:
        char = bytes([byte])
        if char == b'"' and not escaped:
            quoted = not quoted
            if quoted and between:
                words.append(bytearray())
                between = False
        elif char in b" \t" and not quoted and not escaped:
            between = True
        elif char == b"\\" and not escaped:
            escaped = True
        else:
            if between:
                words.append(bytearray())
                between = False
            words[-1] += char
            escaped = False
    return [bytes(word) for word in words]


def asterisk_reads(data: bytes) -> list[list[bytes]]:
    """Every command that ``run_agi`` takes from the connection: ``fgets`` into 2,048 bytes."""
    commands = []
    while data:
        end = data.find(b"\n", 0, 2047)
        cut = 2047 if end < 0 else end + 1
        line, data = data[:cut], data[cut:]
        commands.append(asterisk_words(line.removesuffix(b"\n").partition(b"\0")[0]))
    return commands


def application_arguments(text: str, places: int) -> list[str]:
    """What ``__ast_app_separate_args`` of ``main/app.c`` makes of an application's data."""
    arguments: list[str] = []
    rest = iter(text)
    depth = brackets = 0
    quoted = False
    current = ""
    for char in rest:
        if char == "\\":
            current += next(rest, "")
        elif char == '"':
            quoted = not quoted
        elif (
            char == ","
            and not depth
            and not brackets
            and not quoted
            and len(arguments) < places - 1
        ):
            arguments.append(current)
            current = ""
        else:
            depth += (char == "(") - (char == ")" and depth > 0)
            brackets += (char == "[") - (char == "]" and brackets > 0)
            current += char
    return [*arguments, current]


@given(st.lists(st.text(max_size=40), max_size=6))
@example(['"', "\\", "", " ", '\\"', 'a"b c', "åäö", "${SHELL(id)}"])
@example(["two\nHANGUP"])
@example(["nul\x00"])
def test_any_text_reaches_asterisk_as_it_is_or_is_refused(texts: list[str]) -> None:
    try:
        line = command("SET VARIABLE", *texts).line
    except AgiBadArgument:
        assert any(ord(char) < 32 or ord(char) == 127 for text in texts for char in text)
        return
    assert asterisk_reads(line) == [[b"SET", b"VARIABLE", *(text.encode() for text in texts)]]


@given(st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=60))
@example('a,b(c)[d]"e\\f')
@example("$(not an expression)")
def test_any_application_argument_reaches_the_application_as_it_is(text: str) -> None:
    if "${" in text or "$[" in text:
        with pytest.raises(AgiBadArgument, match="channel variable"):
            application_argument(text)
        return
    ((_, application, data),) = asterisk_reads(execute("Dial", text, "30", text).line)
    assert application == b"Dial"
    assert application_arguments(data.decode(), places=5) == [text, "30", text]


def test_options_with_parentheses_arrive_as_they_stand() -> None:
    asked = execute("Dial", "PJSIP/agent1", "15", "giU(vaxel-answered^/var/a,b)")
    ((*_, data),) = asterisk_reads(asked.line)
    assert application_arguments(data.decode(), places=4) == [
        "PJSIP/agent1",
        "15",
        "giU(vaxel-answered^/var/a,b)",
    ]


def test_options_reach_an_application_that_takes_them_as_the_rest_of_its_data() -> None:
    ((*_, data),) = asterisk_reads(execute("ChanSpy", "vaxel-1.2", "quEx(*)").line)
    assert data == b"vaxel-1.2,quEx(*)"


@pytest.mark.parametrize("bad", ["a\nHANGUP", "a\rb", "a\x00b", "a\x1b[2J", "a\x7f"])
def test_control_characters_are_refused(bad: str) -> None:
    with pytest.raises(AgiBadArgument, match="control character"):
        command("SET VARIABLE", "NAME", bad)


def test_line_that_asterisk_would_read_as_two_commands_is_refused() -> None:
    room = MAX_COMMAND_BYTES - len('VERBOSE ""')
    line = command("VERBOSE", "x" * room).line
    assert len(asterisk_reads(line)) == 1
    with pytest.raises(AgiBadArgument, match="longer"):
        command("VERBOSE", "x" * (room + 1))


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(AgiBadArgument, match="Unicode"):
        command("VERBOSE", "\ud800")


def test_numbers_stand_bare_and_text_is_quoted() -> None:
    assert command("GET DATA", "menu", 5000, 4).line == b'GET DATA "menu" 5000 4\n'
    assert quote('say "hi" \\ bye') == r'"say \"hi\" \\ bye"'


@pytest.mark.parametrize("name", ["CHOICE", "_X1", "__VAXEL_DONE", "CHANNEL(language)", "CDR(a,b)"])
def test_names_of_variables_and_functions_pass(name: str) -> None:
    assert variable_name(name) == name


@pytest.mark.parametrize("name", ["", "1X", "A B", "${X}", "A=1", "SHELL(${X})", "X(a)b", "Å"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(AgiBadArgument):
        variable_name(name)
