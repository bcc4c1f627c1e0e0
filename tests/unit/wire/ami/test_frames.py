from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.ami.errors import AmiProtocolError
from wire.ami.frames import Frame, FrameDecoder

pytestmark = pytest.mark.unit

HELLO = b"Asterisk Call Manager/11.0.0\r\n"
ALL = frozenset({"X", "Y", "DialEnd", "Hangup", "Zoë"})


def decode(*chunks: bytes, wanted: frozenset[str] = ALL) -> list[Frame]:
    decoder = FrameDecoder(wanted)
    return [frame for chunk in (HELLO, *chunks) for frame in decoder.feed(chunk)]


def test_an_event_gives_its_name_and_its_values() -> None:
    [event] = decode(b"Event: DialEnd\r\nUniqueid: a-1.2\r\nDialStatus: ANSWER\r\n\r\n")
    assert event.name == "DialEnd"
    assert event.get("Event") == "DialEnd"
    assert event.get("Uniqueid") == "a-1.2"
    assert event.get("DialStatus") == "ANSWER"


def test_a_missing_header_gives_the_default() -> None:
    [event] = decode(b"Event: X\r\nA: 1\r\n\r\n")
    assert event.get("B") == ""
    assert event.get("B", "none") == "none"


def test_a_header_name_is_found_only_at_the_start_of_a_line() -> None:
    [event] = decode(
        b"Event: X\r\nDestUniqueid: wrong\r\nNote: Uniqueid: wrong\r\nUniqueid: 1\r\n\r\n"
    )
    assert event.get("Uniqueid") == "1"


def test_an_empty_value_is_empty() -> None:
    [event] = decode(b"Event: X\r\nAccountCode: \r\nExten: s\r\n\r\n")
    assert event.get("AccountCode", "missing") == ""
    assert event.get("Exten") == "s"


def test_a_value_keeps_its_colons_and_blanks() -> None:
    [event] = decode(b"Event: X\r\nAppData:  CDR(a)=b: c \r\nB: 1\r\n\r\n")
    assert event.get("AppData") == " CDR(a)=b: c "


def test_a_header_inside_a_user_event_cannot_take_the_name_over() -> None:
    [event] = decode(b"Event: X\r\nEvent: DialEnd\r\n\r\n")
    assert (event.name, event.get("Event")) == ("X", "X")


def test_repeated_headers_are_all_kept_in_order() -> None:
    [event] = decode(b"Event: X\r\nChanVariable: A=1\r\nB: x\r\nChanVariable: C=2\r\n\r\n")
    assert event.all("ChanVariable") == ("A=1", "C=2")
    assert event.get("ChanVariable") == "A=1"


def test_a_line_without_a_colon_survives() -> None:
    [answer] = decode(b"Response: Success\r\nno colon here\r\nOutput: 1\r\nOutput:\r\n\r\n")
    assert list(answer.items()) == [
        ("Response", "Success"),
        ("no colon here", ""),
        ("Output", "1"),
        ("Output:", ""),
    ]


def test_an_answer_has_no_name() -> None:
    [answer] = decode(b"Response: Error\r\nActionID: 7\r\nMessage: No such channel\r\n\r\n")
    assert answer.name == ""
    assert answer.get("Message") == "No such channel"


def test_unwanted_events_are_counted_and_dropped() -> None:
    decoder = FrameDecoder({"Hangup"})
    frames = decoder.feed(HELLO + b"Event: Newexten\r\nA: 1\r\n\r\n" * 5 + b"Event: Hangup\r\n\r\n")
    assert [frame.name for frame in frames] == ["Hangup"]
    assert decoder.events == 6


def test_a_name_that_only_begins_like_a_wanted_one_is_dropped() -> None:
    assert decode(b"Event: HangupRequest\r\nA: 1\r\n\r\n", wanted=frozenset({"Hangup"})) == []


def test_an_unwanted_event_that_belongs_to_an_action_is_kept_while_one_waits() -> None:
    data = b"Event: Status\r\nChannel: PJSIP/a\r\nActionID: v-1\r\nSeconds: 3\r\n\r\n"
    decoder = FrameDecoder(frozenset())
    assert decoder.feed(HELLO + data) == []
    decoder.correlate = True
    [entry] = decoder.feed(data)
    assert entry.get("ActionID") == "v-1"


def test_a_subscription_made_later_counts_at_once() -> None:
    wanted: set[str] = set()
    decoder = FrameDecoder(wanted)
    assert decoder.feed(HELLO + b"Event: X\r\n\r\n") == []
    wanted.add("X")
    assert decoder.feed(b"Event: X\r\n\r\n") == [Frame("X", "Event: X")]


def test_a_letter_split_across_two_reads_stays_whole() -> None:
    raw = "Event: X\r\nName: Zoë\r\n\r\n".encode()
    cut = raw.index("ë".encode()) + 1
    [event] = decode(raw[:cut], raw[cut:])
    assert event.get("Name") == "Zoë"


def test_bytes_that_are_not_utf8_become_replacement_characters() -> None:
    [event] = decode(b"Event: X\r\nName: Zo\xeb\xff\r\nB: 1\r\n\r\n")
    assert event.get("Name") == "Zo��"
    assert event.get("B") == "1"


def test_an_unfinished_letter_at_the_end_of_a_value_does_not_swallow_the_line_end() -> None:
    [event] = decode(b"Event: X\r\nName: Zo\xc3\r\nB: 1\r\n\r\n")
    assert event.get("B") == "1"


def test_the_version_is_that_of_the_greeting() -> None:
    decoder = FrameDecoder(ALL)
    for byte in HELLO:
        assert decoder.version == ""
        assert decoder.feed(bytes([byte])) == []
    assert decoder.version == "11.0.0"


@pytest.mark.parametrize(
    "greeting",
    [b"HTTP/1.1 400 Bad Request\r\n", b"\x16\x03\x01", b"Asterisk Call Manager/" + b"9" * 200],
)
def test_a_peer_that_is_no_asterisk_manager_is_told_apart(greeting: bytes) -> None:
    with pytest.raises(AmiProtocolError, match="check host and port"):
        FrameDecoder(ALL).feed(greeting)


@pytest.mark.parametrize("chunk", [1, 7, 1000])
def test_a_frame_without_end_is_refused(chunk: int) -> None:
    decoder = FrameDecoder(ALL, max_frame=100)
    data = HELLO + b"Event: X\r\nA: " + b"a" * 200 + b"\r\n\r\n"

    def feed_all() -> None:
        for at in range(0, len(data), chunk):
            decoder.feed(data[at : at + chunk])

    with pytest.raises(AmiProtocolError, match="more than 100 bytes"):
        feed_all()


def test_frames_within_the_bound_pass_though_one_read_holds_more() -> None:
    decoder = FrameDecoder(ALL, max_frame=100)
    assert len(decoder.feed(HELLO + b"Event: X\r\nA: 1\r\n\r\n" * 50)) == 50


def test_a_frame_never_shows_its_values_in_a_log() -> None:
    assert "46850810001" not in repr(Frame("X", "Event: X\r\nCallerIDNum: +46850810001"))


LINE = st.one_of(
    st.sampled_from(
        ["Event: X", "Event: Y", "Event: No", "Response: Success", "ActionID: 1", "A: "]
    ),
    st.text(alphabet="AëÅ: €\r\n\N{PILE OF POO}", max_size=6),
)


@given(
    lines=st.lists(LINE, max_size=30),
    ends=st.lists(st.sampled_from(["\r\n", "\r\n\r\n", "\r\n\r\n\r\n"]), min_size=30, max_size=30),
    noise=st.binary(max_size=5),
    cuts=st.lists(st.integers(min_value=0, max_value=400), max_size=12),
)
def test_any_split_gives_the_same_frames(
    lines: list[str], ends: list[str], noise: bytes, cuts: list[int]
) -> None:
    text = "".join(line + end for line, end in zip(lines, ends, strict=False))
    data = text.encode() + noise + b"\r\n\r\n"
    whole = decode(data)
    edges = sorted({0, *(min(cut, len(data)) for cut in cuts), len(data)})
    pieces = [data[a:b] for a, b in pairwise(edges)]
    assert decode(*pieces) == whole
    assert decode(*(bytes([byte]) for byte in data)) == whole


@given(st.lists(st.binary(max_size=60), max_size=10))
def test_no_bytes_make_it_raise(chunks: list[bytes]) -> None:
    for frame in decode(*chunks, b"\r\n\r\n"):
        list(frame.items())
        frame.get("A")


@given(
    st.lists(
        st.tuples(
            st.text(alphabet="ABab-", min_size=1, max_size=3),
            st.text(alphabet="ABab: ë", max_size=5),
        ),
        max_size=12,
    )
)
def test_a_lookup_finds_the_first_line_of_that_name(pairs: list[tuple[str, str]]) -> None:
    data = "Event: X\r\n" + "".join(f"{key}: {value}\r\n" for key, value in pairs) + "\r\n"
    [event] = decode(data.encode())
    assert list(event.items()) == [("Event", "X"), *pairs]
    for key, _ in pairs:
        assert event.get(key) == next(value for name, value in pairs if name == key)
