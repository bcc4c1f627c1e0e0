"""What can keep the demo from being played, each with what to do about it."""

from __future__ import annotations

from typing import ClassVar


class DemoError(Exception):
    """Base of all; the message is one sentence for a person."""

    code: ClassVar[str] = "demo"


class NoStage(DemoError):
    """The platform does not run."""

    code = "no_stage"

    def __init__(self, complaint: str) -> None:
        super().__init__(f"{complaint} The demo needs the running platform; start it: make up")


class OtherPlay(DemoError):
    """The demo organisation is not among those that are served."""

    code = "other_play"

    def __init__(self, org: str) -> None:
        super().__init__(
            f"The demo is played on the organisation {org!r}, whose call trees this installation"
            " does not have; see dialplans/demo."
        )


class AlreadyPlayed(DemoError):
    """Another demo is on this stage."""

    code = "already_played"

    def __init__(self) -> None:
        super().__init__(
            "A demo is already running on this platform, with the same telephones; end that one"
            " with Ctrl-C first."
        )
