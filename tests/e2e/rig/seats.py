"""More agents' phones than an installation begins with: ``seat1``, ``seat2`` and so on.

They come to Asterisk as an admin's trunks do, so no template knows of them.
"""

from __future__ import annotations

from pathlib import Path

PASSWORD = "a-seat-of-a-test"  # noqa: S105 - no secret: on loopback for a minute

_SEAT = """
[{name}]
type = endpoint
transport = udp
context = agents
auth = {name}
aors = {name}
identify_by = username
callerid = {name} <{name}>
device_state_busy_at = 1
disallow = all
allow = ulaw
direct_media = no
rtp_symmetric = yes
force_rport = yes
rewrite_contact = yes

[{name}]
type = auth
auth_type = digest
username = {name}
password = {password}

[{name}]
type = aor
max_contacts = 1
remove_existing = yes
"""


def seat(number: int) -> str:
    """The account of a seat; the first is 1."""
    return f"seat{number}"


def write_seats(path: Path, count: int) -> Path:
    """Write the accounts of so many seats to ``path``."""
    path.write_text(
        "".join(_SEAT.format(name=seat(n), password=PASSWORD) for n in range(1, count + 1))
    )
    return path
