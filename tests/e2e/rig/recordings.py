"""Finished recordings, one side at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ivr.platform.preflight import recording_keys_of
from recorder.archive import Archive
from store.models import Recording, RecordingKind
from tests.e2e.rig.platform import Platform


def sides(platform: Platform, row: Mapping[str, Any]) -> tuple[bytes, ...]:
    """The channels of a recording (caller, agent; or caller alone), each as 8 kHz mono PCM."""
    recording = Recording(id=row["id"], path=row["path"])
    archive = Archive(platform.layout.recordings, recording_keys_of(platform.settings))
    channels = 1 if row["kind"] == RecordingKind.VOICEMAIL.value else 2
    return tuple(b"".join(archive.pcm(recording, side)) for side in range(channels))
