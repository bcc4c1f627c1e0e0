"""The controller's process, which ``vaxel up`` starts: ``python -m ivr.serve``."""

from __future__ import annotations

import gc
import sys


def main() -> int:
    """Import what a controller consists of, and run one; the exit code.

    Callers wait with music while a killed controller is started again. Nothing that is imported is
    garbage, and to look for some again and again takes a fifth of the time.
    """
    gc.disable()
    from ivr.serving import run  # noqa: PLC0415 - as said

    gc.freeze()
    gc.enable()
    return run()


if __name__ == "__main__":
    sys.exit(main())
