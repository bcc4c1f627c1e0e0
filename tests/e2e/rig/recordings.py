"""Finished recordings, one side at a time."""

from __future__ import annotations

import asyncio
import subprocess
import wave
from collections.abc import Mapping
from typing import Any

import numpy as np

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


async def played(platform: Platform, name: str) -> tuple[bytes, ...]:
    """The channels of what ``vaxel recordings play NAME --to FILE`` writes, as :func:`sides`."""
    to = platform.layout.state / "heard.wav"
    command = platform.command("recordings", "play", name, "--to", str(to))
    process = await asyncio.create_subprocess_exec(
        *command, env=platform.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
    with wave.open(str(to)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        channels = samples.reshape(-1, file.getnchannels())
    return tuple(channels[:, side].tobytes() for side in range(channels.shape[1]))
