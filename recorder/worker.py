"""The process that finishes recordings: ``python -m recorder.worker``, a few recordings a run.

One job a line on standard input, one answer a line on standard output, both JSON. It is a
process of its own so that sound and cipher cost the calls neither the controller's loop nor its
interpreter lock, and it gives way to them on the processor. It knows neither database nor stream
and puts nothing in its final place: the half file that it leaves is taken over by whoever reads
the answer. If nobody does any more, it removes the file and ends.
"""

from __future__ import annotations

import errno
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from media.errors import AudioUnusable, ToolFailed
from media.opus import encode_legs
from recorder.keys import MasterKey, MasterKeys
from recorder.lines import Line
from recorder.vault import Sealer

NICENESS: Final = 5

LEG_UNUSABLE: Final = "leg_unusable"
DISK_FULL: Final = "disk_full"
OS_FAULT: Final = "os"

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@dataclass(frozen=True, slots=True)
class Job(Line):
    """One recording to finish.

    Attributes:
        name: The recording's id.
        legs: Its legs' paths, the caller's first.
        out: Path for the half file; nothing is there yet.
        keys: Path of the file with the master keys.
    """

    name: str
    legs: tuple[str, ...]
    out: str
    keys: str

    @classmethod
    def of(cls, line: str | bytes) -> Self:
        """As it is read."""
        fields = json.loads(line)
        return cls(**{**fields, "legs": tuple(fields["legs"])})


@dataclass(frozen=True, slots=True)
class Answer(Line):
    """What became of a job.

    Attributes:
        name: The recording's id.
        duration_ms: Length of the sound.
        size: Of the half file, bytes.
        sha256: Of the half file, 64 hexadecimal digits.
        fault: ``leg_unusable``, ``disk_full``, ``os``, or ``""`` when all went well.
        complaint: What is wrong with the leg, or with the system.
        number: ``errno`` of an ``os`` fault.
    """

    name: str
    duration_ms: int = 0
    size: int = 0
    sha256: str = ""
    fault: str = ""
    complaint: str = ""
    number: int = 0


def main() -> None:
    """Do all jobs; what one recording cannot stand does not stop the others."""
    os.nice(NICENESS)
    jobs = [Job.of(line) for line in sys.stdin]
    for job in jobs:
        answer = _done(job, MasterKeys.load(Path(job.keys)).current)
        try:
            sys.stdout.write(answer.line())
            sys.stdout.flush()
        except BrokenPipeError:
            Path(job.out).unlink(missing_ok=True)
            os._exit(1)  # who gave the jobs was killed; a flush at exit would complain of it


def _done(job: Job, key: MasterKey) -> Answer:
    try:
        return _finished(job, key)
    except AudioUnusable as error:
        return Answer(job.name, fault=LEG_UNUSABLE, complaint=str(error))
    except ToolFailed as error:
        if error.exit_code < 0:
            raise  # killed from outside: that says nothing of the legs
        return Answer(job.name, fault=LEG_UNUSABLE, complaint=str(error))
    except OSError as error:
        fault = DISK_FULL if error.errno in _FULL else OS_FAULT
        return Answer(job.name, fault=fault, complaint=str(error), number=error.errno or 0)


def _finished(job: Job, key: MasterKey) -> Answer:
    """Write the half file, on disk and for this user only; on any fault none is left."""
    out = Path(job.out)
    descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            sealer = Sealer(file, key, job.name)
            duration_ms = encode_legs([Path(leg) for leg in job.legs], sealer.write)
            sealed = sealer.close()
            file.flush()
            os.fsync(file.fileno())
    except BaseException:  # the half file goes, whatever ended us; the reason goes on
        out.unlink()
        raise
    return Answer(job.name, duration_ms, sealed.size, sealed.sha256)


if __name__ == "__main__":
    main()
