"""What can go wrong with a recording: one class a rule.

Each error carries ``code``, a stable machine string that the event ``recording.failed`` gives as
its reason, and a sentence that tells a person what to do. Whatever fails, the audio is kept.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar


class RecorderError(Exception):
    """Base of all errors of this room."""

    code: ClassVar[str] = "recorder"


class BadName(RecorderError):
    """A contact, organisation or number cannot be part of a file name."""

    code = "bad_name"

    def __init__(self, what: str) -> None:
        super().__init__(
            f"The {what} cannot name a recording; use letters, digits, '.', '_' and '-' only."
        )


class SidecarUnreadable(RecorderError):
    """The file that says whose recording it is cannot be understood."""

    code = "sidecar_unreadable"

    def __init__(self, path: Path, complaint: str) -> None:
        super().__init__(
            f"{path.name} does not say whose recording this is ({complaint});"
            f" mend it, then run `vaxel recordings retry {path.stem}`."
        )


class SidecarMissing(RecorderError):
    """Audio lies there that nobody has announced."""

    code = "sidecar_missing"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"Nothing says whose recording {name} is; write {name}.json beside it and run"
            f" `vaxel recordings retry {name}`, or `vaxel recordings discard {name}`."
        )


class UnknownOrganisation(RecorderError):
    """The recording belongs to an organisation that this installation does not serve."""

    code = "unknown_organisation"

    def __init__(self, org: str) -> None:
        super().__init__(
            f"The organisation {org!r} is not served here; add it, then run"
            " `vaxel recordings retry`."
        )


class LegMissing(RecorderError):
    """One side of the conversation has no file."""

    code = "leg_missing"

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path.name} is not there, so half of the conversation is missing;"
            " `vaxel recordings retry` keeps the other half."
        )


class LegTruncated(RecorderError):
    """A leg was never closed: its header does not tell its true length."""

    code = "leg_truncated"

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path.name} was cut off (Asterisk ended while it wrote?);"
            " `vaxel recordings retry` keeps what is there."
        )


class LegUnusable(RecorderError):
    """A leg is no audio of the form that Asterisk writes."""

    code = "leg_unusable"

    def __init__(self, complaint: str) -> None:
        super().__init__(f"The recorded audio cannot be used: {complaint}")


class DiskFull(RecorderError):
    """There was no room for the finished file."""

    code = "disk_full"

    def __init__(self) -> None:
        super().__init__(
            "There was no room for the finished recording; make room, then run"
            " `vaxel recordings retry`."
        )


class FolderUnusable(RecorderError):
    """The recordings folder cannot be read or written."""

    code = "folder_unusable"

    def __init__(self, folder: Path, complaint: str) -> None:
        super().__init__(
            f"The recordings folder {folder} cannot be used ({complaint}); check that it exists"
            " and belongs to this user."
        )


class KeysUnusable(RecorderError):
    """The file with the master keys is missing, damaged or open to others.

    Finishing waits: the legs stay in ``incoming`` until the file is there again.
    """

    code = "keys_unusable"

    def __init__(self, path: Path, complaint: str) -> None:
        super().__init__(f"The master keys of the recordings cannot be read: {path}: {complaint}.")


class MasterKeyUnknown(RecorderError):
    """A file was sealed under a key that is not in the key file."""

    code = "master_key_unknown"

    def __init__(self, key_id: str) -> None:
        super().__init__(
            f"The recording was sealed under the master key {key_id}, which is not in the key file;"
            " add that key from its backup."
        )


class MasterKeyWrong(RecorderError):
    """The key of the right name does not open a file."""

    code = "master_key_wrong"

    def __init__(self, name: str, key_id: str) -> None:
        super().__init__(
            f"The master key {key_id} does not open the recording {name}: the key file holds"
            " another key under that name, or the file's head was changed; compare both with"
            " their backups."
        )


class FileTampered(RecorderError):
    """A sealed file is not what was written: changed, cut, or another file."""

    code = "file_tampered"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The file of the recording {name} was changed or cut since it was stored; restore it"
            " from a backup."
        )


class FileMissing(RecorderError):
    """A stored recording's file is not there."""

    code = "file_missing"

    def __init__(self, name: str, path: Path) -> None:
        super().__init__(
            f"The file of the recording {name} is not at {path}; restore it from a backup."
        )


class AudioGone(RecorderError):
    """A recording's audio was deleted, as its row says."""

    code = "audio_gone"

    def __init__(self, name: str, reason: str, day: str) -> None:
        super().__init__(f"The recording {name} was deleted on {day} ({reason}).")


class NoSuchRecording(RecorderError):
    """No recording has this id."""

    code = "no_such_recording"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"There is no recording {name}; `vaxel recordings list` shows which there are."
        )


class NotRetried(RecorderError):
    """A recording that failed cannot be given to the recorder once more."""

    code = "not_retried"

    def __init__(self, name: str, remedy: str) -> None:
        super().__init__(f"The recording {name} cannot be tried again; {remedy}.")


class NoSuchLeftover(RecorderError):
    """No recording of this name has failed."""

    code = "no_such_leftover"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"No recording {name} has failed; `vaxel recordings failed` shows which have."
        )


class NothingRecorded(RecorderError):
    """There is no newest recording."""

    code = "nothing_recorded"

    def __init__(self) -> None:
        super().__init__(
            "Nothing is recorded yet; a recording is stored moments after its conversation."
        )


class WorkerLost(RecorderError):
    """The process that finishes recordings ended before it was done. It is tried again."""

    code = "worker_lost"

    def __init__(self, complaint: str) -> None:
        super().__init__(
            f"The process that finishes recordings ended before it was done ({complaint});"
            " the audio is kept and tried again."
        )


class TranscriberLost(RecorderError):
    """The process that writes recordings down ended before it was done. It is tried again."""

    code = "transcriber_lost"

    def __init__(self, complaint: str) -> None:
        super().__init__(
            f"The process that writes recordings down ended before it was done ({complaint});"
            " it is tried again."
        )


class DeletionBusy(RecorderError):
    """Another process deletes recordings now."""

    code = "deletion_busy"

    def __init__(self) -> None:
        super().__init__("Another process deletes recordings now; try again in a moment.")
