"""Whether a process was forked: then its memory is to be copied at the next write to it."""

from __future__ import annotations

import mmap
import resource

PAGES = 5000


class Memory:
    """Some pages of our own."""

    def __init__(self) -> None:
        self._held = mmap.mmap(
            -1, PAGES * mmap.PAGESIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
        )
        self._held.madvise(mmap.MADV_NOHUGEPAGE)
        self.fetched()

    def fetched(self) -> int:
        """Write to each page; how many were not just there: after a fork all, else next to none."""
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        for page in range(PAGES):
            self._held[page * mmap.PAGESIZE] = 1
        return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
