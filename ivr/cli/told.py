"""What goes wrong for a reason that a person can be told in a sentence."""

from __future__ import annotations

from acd.errors import AcdError
from ivr.demo.errors import DemoError
from ivr.flow.errors import FlowError
from ivr.numbers import NumberRefused
from ivr.platform.errors import PlatformError
from media.errors import MediaError
from monitoring.errors import MonitoringError
from recorder.errors import RecorderError
from store.errors import StoreError
from store.stream import StreamUnavailable
from wire.agi.errors import AgiError
from wire.ami.errors import AmiError

TOLD = (
    AcdError,
    AgiError,
    AmiError,
    DemoError,
    FlowError,
    MediaError,
    MonitoringError,
    NumberRefused,
    PlatformError,
    RecorderError,
    StoreError,
    StreamUnavailable,
)
"""Every room's base error: its message is a sentence for a person, a traceback would hide it."""
