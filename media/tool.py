"""One run of a program: bytes in, bytes out, a time limit, never a process left behind."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from subprocess import PIPE, CompletedProcess, Popen, TimeoutExpired

from media.errors import ToolFailed, ToolMissing, ToolTooSlow

_COMPLAINT_BYTES = 500


async def run(
    argv: Sequence[str], stdin: bytes, *, seconds: float, folder: Path | None = None
) -> CompletedProcess[bytes]:
    """Run ``argv`` with ``stdin`` and return how it ended and what it wrote.

    Args:
        argv: Program and arguments; no shell sees them.
        stdin: The whole input; what the program does not read is of no matter.
        seconds: Time limit; the program is killed when it is over, or when we are cancelled.
        folder: Where it runs; ours when left out.

    Raises:
        OSError: It cannot be started.
        TimeoutError: It did not end in time.
    """
    process = _started(argv, folder)
    try:
        out, err = await asyncio.to_thread(_talk, process, stdin, seconds)
    except TimeoutExpired:
        raise TimeoutError from None
    finally:
        process.kill()  # where we are cancelled; the thread ends with the process
    return CompletedProcess(argv, process.returncode, out, err)


async def run_tool(argv: Sequence[str], stdin: bytes, *, seconds: float) -> bytes:
    """Run an audio program, see :func:`run`, and return what it wrote to its standard output.

    Raises:
        ToolMissing: The program is not there.
        ToolFailed: It ended with an exit code other than 0.
        ToolTooSlow: It did not end in time.
    """
    program = argv[0]
    try:
        ended = await run(argv, stdin, seconds=seconds)
    except FileNotFoundError:
        raise ToolMissing(program) from None
    except TimeoutError:
        raise ToolTooSlow(program, seconds) from None
    if ended.returncode:
        raise ToolFailed(program, ended.returncode, complaint(ended))
    return ended.stdout


def complaint(ended: CompletedProcess[bytes]) -> str:
    """The end of what a program wrote to its standard error."""
    return ended.stderr[-_COMPLAINT_BYTES:].decode("utf-8", "replace").strip()


def _started(argv: Sequence[str], folder: Path | None) -> Popen[bytes]:
    # not by the event loop: uvloop forks, and copying the tables of a controller's memory holds
    # every call for 15 ms; this is vfork, which copies nothing
    return Popen(argv, stdin=PIPE, stdout=PIPE, stderr=PIPE, cwd=folder)  # noqa: S603 - no shell


def _talk(process: Popen[bytes], stdin: bytes, seconds: float) -> tuple[bytes, bytes]:
    with process:
        try:
            return process.communicate(stdin, seconds)
        finally:
            process.kill()
