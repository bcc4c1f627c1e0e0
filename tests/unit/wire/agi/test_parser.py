from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.wire.agi.fake_asterisk import GREETING
from wire.agi.parser import (
    MAX_BLOCK_BYTES,
    MAX_LINE_BYTES,
    AgiEvent,
    AgiParser,
    Environment,
    Hangup,
    Malformed,
    Reply,
)

pytestmark = pytest.mark.unit

USAGE = (
    b"520-Invalid command syntax.  Proper usage follows:\n"
    b"Usage: STREAM FILE\n"
    b"HANGUP\n"
    b"200 result=0\n"
    b"\n"
    b"520 End of proper usage.\n"
)

CONVERSATION = (
    GREETING
    + b"200 result=0\n"
    + b"HANGUP\n200 result=-1 endpos=16000\n"
    + USAGE
    + b"510 Invalid or unknown command\n"
    + b"511 Command Not Permitted on a dead channel or intercept routine\n"
    + b"100 result=0 Trying...\n200 result=0 Gosub complete\n"
    + b"200 result= (timeout)\n"
    + b"200 result=1 (Zo\xc3\xab (home) \xff)\n"
    + b"200 result=1 (two\nHANGUP\nlines)\n"
    + b'200 result=1 (speech) endpos=9600 results=1 score0=87 text0="ja tack" grammar0=yes\n'
    + b"HANGUP\n"
)


def parse(data: bytes) -> list[AgiEvent]:
    return AgiParser().feed(data)


def after_greeting(data: bytes) -> list[AgiEvent]:
    parser = AgiParser()
    parser.feed(GREETING)
    return parser.feed(data)


def greeting_with(line: bytes) -> AgiEvent:
    return parse(GREETING.replace(b"agi_callerid: 0850810001", line))[0]


def test_greeting_names_the_call() -> None:
    (environment,) = parse(GREETING)
    assert isinstance(environment, Environment)
    assert environment.path == "inbound"
    assert environment.uniqueid == "vaxel-1763925160.42"
    assert environment.channel == "PJSIP/caller-0000002a"
    assert environment.extension == "8001"
    assert environment.caller_number == "0850810001"
    assert environment.caller_name == "Zoë Åberg"
    assert environment.fields["agi_language"] == "sv"


def test_empty_values_are_values() -> None:
    (environment,) = parse(GREETING)
    assert isinstance(environment, Environment)
    assert environment.fields["agi_accountcode"] == ""
    assert environment.args == ("", "two")


def test_query_and_slashes_are_no_part_of_the_path() -> None:
    (environment,) = parse(b"agi_network_script: /desk/?x=1\n\n")
    assert isinstance(environment, Environment)
    assert environment.path == "desk"


def test_withheld_number_is_empty() -> None:
    environment = greeting_with(b"agi_callerid: unknown")
    assert isinstance(environment, Environment)
    assert environment.caller_number == ""


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        (b'a "quoted" \\ name', 'a "quoted" \\ name'),
        (b"${SHELL(id)} $[1+1]", "${SHELL(id)} $[1+1]"),
        (b"two\nlines", "two\nlines"),
        (b"HANGUP\n200 result=1", "HANGUP\n200 result=1"),
        (b"\xff\xfeZo\xc3", "��Zo�"),
        (b"nul\x00tab\t", "nul\x00tab\t"),
    ],
)
def test_odd_caller_ids_are_carried_as_text(sent: bytes, text: str) -> None:
    environment = greeting_with(b"agi_callerid: " + sent)
    assert isinstance(environment, Environment)
    assert environment.caller_number == text
    assert environment.extension == "8001"


def test_caller_id_that_forges_a_field_is_refused() -> None:
    assert isinstance(greeting_with(b"agi_callerid: 1\nagi_extension: 9999"), Malformed)


def test_result_with_further_fields() -> None:
    (reply,) = after_greeting(b"200 result=35 (dtmf) endpos=8000\n")
    assert reply == Reply(200, "35", "dtmf", "endpos=8000")
    assert isinstance(reply, Reply)
    assert reply.extra == {"endpos": "8000"}


def test_result_without_digits() -> None:
    assert after_greeting(b"200 result= (timeout)\n") == [Reply(200, "", "timeout")]
    assert after_greeting(b"200 result=\n") == [Reply(200, "")]


def test_quoted_field_keeps_its_blanks() -> None:
    line = b'200 result=1 (speech) endpos=1 results=1 score0=87 text0="ja tack" grammar0=yes\n'
    (reply,) = after_greeting(line)
    assert isinstance(reply, Reply)
    assert reply.value == "speech"
    assert reply.extra["text0"] == "ja tack"
    assert reply.extra["score0"] == "87"


def test_value_keeps_its_own_parentheses_and_line_feeds() -> None:
    assert after_greeting(b"200 result=1 (a (b) c)\n") == [Reply(200, "1", "a (b) c")]
    assert after_greeting(b"200 result=1 (a\nHANGUP\nc)\n") == [Reply(200, "1", "a\nHANGUP\nc")]
    assert after_greeting(b"200 result=1 ()\n") == [Reply(200, "1", "")]


def test_hangup_in_front_of_a_reply_is_not_the_reply() -> None:
    events = after_greeting(b"HANGUP\n200 result=-1 endpos=0\n")
    assert events == [Hangup(), Reply(200, "-1", None, "endpos=0")]


def test_usage_block_is_one_reply() -> None:
    first, second = after_greeting(USAGE + b"200 result=77\n")
    assert isinstance(first, Reply)
    assert first.code == 520
    assert first.text.splitlines()[1:4] == ["Usage: STREAM FILE", "HANGUP", "200 result=0"]
    assert second == Reply(200, "77")


def test_one_line_usage_error_is_one_reply() -> None:
    (reply,) = after_greeting(b"520 Invalid command syntax.  Proper usage not available.\n")
    assert isinstance(reply, Reply)
    assert reply.code == 520


def test_provisional_answer_is_not_the_answer() -> None:
    events = after_greeting(b"100 result=0 Trying...\n200 result=0 Gosub complete\n")
    assert events == [Reply(200, "0", None, "Gosub complete")]


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n",
        b"\n",
        b"\x16\x03\x01\x02\x00",
        b"agi_\n\n",
        b"agi_network: yes\n" + b"x" * (MAX_BLOCK_BYTES + 1),
    ],
)
def test_garbage_for_a_greeting_is_refused_at_once(data: bytes) -> None:
    (event,) = parse(data)
    assert isinstance(event, Malformed)


@pytest.mark.parametrize(
    "data",
    [
        b"hello\n",
        b"HANGUP now\n",
        b"200 OK\n",
        b"200-block\n",
        b"20 result=0\n",
        b"\n",
        b"x" * (MAX_LINE_BYTES + 1),
        b"520-" + b"usage\n" * 12_000,
        b"200 result=1 (" + b"line\n" * 14_000,
    ],
)
def test_garbage_for_an_answer_is_refused_at_once(data: bytes) -> None:
    (event,) = after_greeting(data)
    assert isinstance(event, Malformed)


def test_nothing_comes_after_garbage() -> None:
    parser = AgiParser()
    parser.feed(GREETING)
    events = parser.feed(b"200 result=0\nhello\n200 result=1\n")
    assert events[0] == Reply(200, "0")
    assert isinstance(events[1], Malformed)
    assert len(events) == 2
    assert parser.feed(b"200 result=0\n") == []


def told(events: list[AgiEvent]) -> list[str]:
    return [str(event.error) if isinstance(event, Malformed) else repr(event) for event in events]


@given(
    data=st.sampled_from(
        [
            CONVERSATION,
            CONVERSATION + b"garbage\n200 result=0\n",
            GREETING + b"x" * (MAX_LINE_BYTES + 5),
            b"agi_a: " + b"x" * (MAX_BLOCK_BYTES - 7) + b"\n\n200 result=0\n",
            b"agi_a: " + b"x" * (MAX_BLOCK_BYTES - 6) + b"\n\n200 result=0\n",
        ]
    ),
    cuts=st.lists(st.integers(0, MAX_BLOCK_BYTES + 20), max_size=40),
)
def test_any_split_gives_the_same_events(data: bytes, cuts: list[int]) -> None:
    parser = AgiParser()
    events: list[AgiEvent] = []
    for start, end in pairwise([0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]):
        events += parser.feed(data[start:end])
    assert told(events) == told(parse(data))


def test_one_byte_at_a_time_gives_the_same_events() -> None:
    parser = AgiParser()
    events = [event for byte in CONVERSATION for event in parser.feed(bytes([byte]))]
    assert told(events) == told(parse(CONVERSATION))
    assert len(events) == 13


@given(st.binary(max_size=300))
def test_no_bytes_make_it_raise(data: bytes) -> None:
    parse(data)
    after_greeting(data)
