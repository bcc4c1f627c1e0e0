"""What can go wrong with the lasting record: one class a rule.

Each error carries ``code``, a stable machine string, and a sentence that tells a person what to do.
"""

from __future__ import annotations

from typing import ClassVar


class StoreError(Exception):
    """Base of all errors of this room."""

    code: ClassVar[str] = "store"


class DatabaseUnusable(StoreError):
    """The database cannot be opened or written: a wrong path, wrong rights, or no database."""

    code = "database_unusable"

    def __init__(self, where: str, complaint: str) -> None:
        super().__init__(
            f"The database {where} cannot be used ({complaint});"
            " check that the place exists, is writable for this user and holds a Växel database."
        )


class DatabaseNewer(StoreError):
    """The database was written by a newer Växel than this one."""

    code = "database_newer"

    def __init__(self, where: str, revision: str) -> None:
        super().__init__(
            f"The database {where} is at schema {revision}, which this version does not know;"
            " start the newer version that wrote it, or restore a backup made before the upgrade."
        )


class DatabaseAway(StoreError):
    """The database does not answer, or is locked by another process. Trying again may help."""

    code = "database_away"

    def __init__(self, complaint: str) -> None:
        super().__init__(
            f"The database does not answer ({complaint}); it is tried again until it does."
        )


class TreeVersionUnknown(StoreError):
    """An organisation's call trees have no such version."""

    code = "tree_version_unknown"

    def __init__(self, org: str, which: str, newest: int) -> None:
        known = f"they are 1 to {newest}" if newest else "none was ever in place"
        super().__init__(
            f"The call trees of {org} have no single version “{which}”: {known};"
            f" `vaxel trees history {org}` lists them."
        )
