"""What can keep the platform from running, each with what a person can do about it."""

from __future__ import annotations

from typing import ClassVar


class PlatformError(Exception):
    """Base of all; the message is one sentence for a person, ``code`` is stable for machines."""

    code: ClassVar[str] = "platform"


class AlreadyRunning(PlatformError):
    """A supervisor of this state folder is alive."""

    code = "already-running"


class AsteriskMissing(PlatformError):
    """No Asterisk is installed and none has been fetched."""

    code = "asterisk-missing"


class AsteriskTooOld(PlatformError):
    """The Asterisk found is older than the oldest that is supported."""

    code = "asterisk-too-old"


class ConfigurationInvalid(PlatformError):
    """A rendered file would not be understood by Asterisk as it is meant."""

    code = "configuration-invalid"


class LayoutFailed(PlatformError):
    """Graphviz could not lay a call tree out."""

    code = "layout-failed"


class NotHealthy(PlatformError):
    """A part was started but did not become ready in time, or died while starting."""

    code = "not-healthy"


class NotRunning(PlatformError):
    """What is to be done needs a platform that runs."""

    code = "not-running"


class PathUnsuitable(PlatformError):
    """A folder's path is too long for a socket or has characters that a dialplan treats."""

    code = "path-unsuitable"


class PortTaken(PlatformError):
    """A port that a part needs is in use by another program."""

    code = "port-taken"


class SecretsUnreadable(PlatformError):
    """The secrets file is damaged, or others than its owner may read it."""

    code = "secrets-unreadable"


class SettingsInvalid(PlatformError):
    """The settings file or an environment variable holds something that is not a setting."""

    code = "settings-invalid"


class StateNotWritable(PlatformError):
    """A folder of this installation cannot be made or written."""

    code = "state-not-writable"


class TokenKnown(PlatformError):
    """A token of the API has this name already."""

    code = "token-known"


class TokenUnknown(PlatformError):
    """No token of the API has this name."""

    code = "token-unknown"


class ToolMissing(PlatformError):
    """A program that the platform starts is not installed."""

    code = "tool-missing"


class RetirementRefused(PlatformError):
    """An organisation cannot be ended."""

    code = "retirement-refused"


class TreesInvalid(PlatformError):
    """At least one call tree has errors; the message lists them."""

    code = "trees-invalid"


class RollbackRefused(PlatformError):
    """A version of call trees cannot be put back."""

    code = "rollback-refused"
