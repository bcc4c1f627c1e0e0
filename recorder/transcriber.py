"""The process that writes recordings down: ``python -m recorder.transcriber``.

One job a line on standard input, one answer a line on standard output, both JSON. It is a process
of its own because recognition takes a whole core for a good part of the recording's length; it
takes only what the calls leave over. When its input ends, so does it, also in the middle of a
job: whoever gave the job is gone, and another one will give it again.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from media.errors import MediaError
from media.speech.errors import LanguageNotInstalled, ModelUnusable
from media.speech.models import find_models
from media.speech.transcription import Transcriber
from media.wav import RATE_HZ
from recorder.archive import Archive
from recorder.errors import RecorderError
from recorder.lines import Line
from recorder.transcripts import LEGS
from store.models import Recording

NICENESS: Final = 19

NO_MODEL: Final = (LanguageNotInstalled.code, ModelUnusable.code)
"""Faults that another model can mend."""

BROKE_DOWN: Final = "transcriber_broke_down"


@dataclass(frozen=True, slots=True)
class Job(Line):
    """One side of a recording to write down.

    Attributes:
        recording: Its id.
        path: Its file, relative to ``folder``.
        leg: Which side.
        language: BCP 47 primary tag.
        folder: The recordings folder.
        keys: The file with the master keys.
        models: The folder with speech models.
    """

    recording: str
    path: str
    leg: str
    language: str
    folder: str
    keys: str
    models: str


@dataclass(frozen=True, slots=True)
class Answer(Line):
    """What became of a job.

    Attributes:
        words: ``[word, start ms, end ms, confidence]`` each.
        engine: What has heard them.
        fault: Why there are none: a stable code, ``""`` when all went well.
        complaint: The fault in a sentence.
    """

    words: list[list[Any]]
    engine: str = ""
    fault: str = ""
    complaint: str = ""


def main() -> None:
    """Do jobs until the input ends."""
    os.nice(NICENESS)
    answers, sys.stdout = sys.stdout, sys.stderr  # a recogniser's own remarks are no answers
    jobs: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(jobs,), daemon=True).start()
    transcriber: Transcriber | None = None
    while True:
        job = Job.of(jobs.get())
        transcriber = transcriber or Transcriber(find_models(Path(job.models)))
        answers.write(_done(job, transcriber).line())
        answers.flush()


def _listen(jobs: queue.SimpleQueue[str]) -> None:
    for line in sys.stdin:
        jobs.put(line)
    os._exit(0)


def _done(job: Job, transcriber: Transcriber) -> Answer:
    archive = Archive(Path(job.folder), Path(job.keys))
    recording = Recording(id=job.recording, path=job.path)
    try:
        engine = transcriber.engine(job.language)
        sound = archive.pcm(recording, LEGS.index(job.leg))
        words = transcriber.transcribe(sound, RATE_HZ, job.language)
    except (RecorderError, MediaError) as error:
        return Answer([], fault=error.code, complaint=str(error))
    except Exception as error:  # an engine may raise anything; the next recording may be well
        return Answer([], fault=BROKE_DOWN, complaint=type(error).__name__)
    said = [[word.text, word.start_ms, word.end_ms, round(word.confidence, 3)] for word in words]
    return Answer(said, engine.value)


if __name__ == "__main__":
    main()
