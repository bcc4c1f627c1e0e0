"""One run of an audio program: bytes in, bytes out, a time limit, never a process left behind."""

from __future__ import annotations

import asyncio
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Sequence

from media.errors import ToolFailed, ToolMissing, ToolTooSlow

_COMPLAINT_BYTES = 500


async def run_tool(argv: Sequence[str], stdin: bytes, *, seconds: float) -> bytes:
    """Run ``argv`` with ``stdin`` and return what it wrote to its standard output.

    Args:
        argv: Program and arguments; no shell sees them.
        stdin: The whole input.
        seconds: Time limit; the program is killed when it is over, or when we are cancelled.

    Raises:
        ToolMissing: The program is not there.
        ToolFailed: It ended with an exit code other than 0.
        ToolTooSlow: It did not end in time.
    """
    program = argv[0]
    try:
        process = await asyncio.create_subprocess_exec(
            *argv, stdin=PIPE if stdin else DEVNULL, stdout=PIPE, stderr=PIPE
        )
    except FileNotFoundError:
        raise ToolMissing(program) from None
    try:
        async with asyncio.timeout(seconds):
            out, err = await process.communicate(stdin or None)
    except TimeoutError:
        raise ToolTooSlow(program, seconds) from None
    except RuntimeError:  # uvloop's word for a pipe whose reader has gone already
        raise ToolFailed(program, await process.wait(), "it ended before its input") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        complaint = err[-_COMPLAINT_BYTES:].decode("utf-8", "replace").strip()
        raise ToolFailed(program, process.returncode, complaint)
    return out
