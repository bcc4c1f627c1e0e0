"""A SIP telephone: registers, dials, answers, presses keys, plays and hears audio.

The one package that knows baresip. Its native stack exists once a process, so one
:class:`Softphones` is open at a time; it carries any number of phones and lines. All audio is
signed 16-bit little-endian mono PCM of 8 kHz.
"""

from ivr.softphone.errors import (
    CallNotAnswered,
    LineClosed,
    NotRegistered,
    SoftphoneError,
    TransferRefused,
)
from ivr.softphone.line import RATE_HZ, Line
from ivr.softphone.phone import Phone, Softphones

__all__ = [
    "RATE_HZ",
    "CallNotAnswered",
    "Line",
    "LineClosed",
    "NotRegistered",
    "Phone",
    "SoftphoneError",
    "Softphones",
    "TransferRefused",
]
