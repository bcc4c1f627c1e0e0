"""A replay file of the events of a busy queue, as Asterisk writes them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

# Share of each event in percent: mostly chatter of the dialplan, which nobody subscribes to.
SHARES = {
    "Newexten": 34,
    "VarSet": 22,
    "Newchannel": 8,
    "Newstate": 8,
    "QueueMemberStatus": 9,
    "QueueCallerJoin": 4,
    "QueueCallerLeave": 4,
    "AgentCalled": 4,
    "AgentConnect": 3,
    "Hangup": 4,
}
CHATTER = ("Newexten", "VarSet", "Newchannel", "Newstate")
LAST = "ReplayEnd"
OPEN_CALLS = 60
EVENTS_A_CALL = 40
NAMES = ("Zoë Åkerström", "Jørgen Sæther", "Anna Berg", "Per Öberg")

Headers = list[tuple[str, str]]

MEMBER: Headers = [
    ("StateInterface", "PJSIP/agent1"),
    ("Membership", "dynamic"),
    ("Penalty", "0"),
    ("CallsTaken", "12"),
    ("LastCall", "1790000000"),
    ("LastPause", "0"),
    ("LoginTime", "1790000000"),
    ("InCall", "0"),
    ("Status", "1"),
    ("Paused", "0"),
    ("PausedReason", ""),
    ("Ringinuse", "0"),
    ("Wrapuptime", "5"),
]


def write_replay(path: Path, events: int, *, seed: int = 22) -> None:
    """Write so many events and a last one named ``LAST``."""
    with path.open("wb") as out:
        for headers in _events(events, random.Random(seed)):
            lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
            out.write(lines.encode() + b"\r\n")
        out.write(f"Event: {LAST}\r\nPrivilege: call,all\r\n\r\n".encode())


def _events(count: int, rng: random.Random) -> Iterator[Headers]:
    names = rng.choices(list(SHARES), list(SHARES.values()), k=count)
    for serial, name in enumerate(names):
        # A sliding window of open calls: each has its events spread over those of the others.
        call = rng.randrange(OPEN_CALLS) + serial // EVENTS_A_CALL
        headers = [("Event", name), ("Privilege", "call,all")]
        if name != "QueueMemberStatus":
            headers += _channel(call, rng)
        yield headers + _own(name, call, rng)


def _channel(call: int, rng: random.Random) -> Headers:
    contact = f"vaxel-{1_790_000_000 + call}.{call}"
    return [
        ("Channel", f"PJSIP/trunk-{call:08x}"),
        ("ChannelState", "6"),
        ("ChannelStateDesc", "Up"),
        ("CallerIDNum", f"+468508{rng.randrange(10**5):05d}"),
        ("CallerIDName", NAMES[call % len(NAMES)]),
        ("ConnectedLineNum", "<unknown>"),
        ("ConnectedLineName", "<unknown>"),
        ("Language", "sv"),
        ("AccountCode", ""),
        ("Context", "vaxel-inbound"),
        ("Exten", "+46850810001"),
        ("Priority", "4"),
        ("Uniqueid", contact),
        ("Linkedid", contact),
    ]


def _own(name: str, call: int, rng: random.Random) -> Headers:
    agent = [("MemberName", f"Agent {call % 40}"), ("Interface", f"PJSIP/agent{call % 40}")]
    queue = [("Queue", "preschool-support")]
    place = [*queue, ("Position", "1"), ("Count", str(call % 9))]
    own: dict[str, Headers] = {
        "Newexten": [
            ("Extension", "s"),
            ("Application", "Set"),
            ("AppData", f"CDR(userfield)=q{rng.randrange(40)},b,c"),
        ],
        "VarSet": [("Variable", "QUEUENAME"), ("Value", f"support-{rng.randrange(40)}")],
        "QueueMemberStatus": [*queue, *agent, *MEMBER],
        "QueueCallerJoin": place,
        "QueueCallerLeave": place,
        "AgentCalled": [*queue, *agent, ("DestChannel", f"PJSIP/agent{call % 40}-{call:08x}")],
        "AgentConnect": [*queue, *agent, ("RingTime", "4"), ("HoldTime", str(call % 60))],
        "Hangup": [("Cause", "16"), ("Cause-txt", "Normal Clearing")],
    }
    return own.get(name, [])
