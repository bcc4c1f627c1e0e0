"""The keys that call trees send to web services: of one organisation each, and in no file of it.

They stand with the installation's passwords (:mod:`ivr.platform.secrets`), and are read when a
request needs one and the file has changed: a new value counts from the next request on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from pathlib import Path

from ivr.flow.document import Document
from ivr.flow.load import Checked
from ivr.flow.nodes.http import Http
from ivr.flow.problems import Problem, Severity
from ivr.platform.errors import PlatformError
from ivr.platform.secrets import Secrets

logger = logging.getLogger(__name__)


def full_name(organisation: str, name: str) -> str:
    """How a secret is called within the installation; a name of a tree has no slash."""
    return f"{organisation}/{name}"


class WebSecrets:
    """The keys of web services of an installation."""

    def __init__(self, file: Path) -> None:
        """Bind; nothing is read yet.

        Args:
            file: The installation's secrets.
        """
        self._file = file
        self._seen: tuple[int, int] | None = None
        self._held: dict[str, str] = {}

    def of(self, organisation: str) -> Callable[[str], str | None]:
        """Who knows one organisation's keys, and no other's: the value by name, ``None`` for none.

        Args:
            organisation: Its id.
        """
        return lambda name: self._all().get(full_name(organisation, name))

    def _all(self) -> dict[str, str]:
        try:
            state = self._file.stat()
            seen = (state.st_mtime_ns, state.st_ino)  # each change makes another file
            if seen != self._seen:
                self._held = dict(Secrets.load_or_create(self._file, ()).web)
                self._seen = seen
        except (OSError, PlatformError) as fault:
            logger.error("The secrets of web services cannot be read", extra={"fault": str(fault)})
        return self._held


@dataclass(frozen=True, slots=True)
class SecretUse:
    """A header of a node that is a secret.

    Attributes:
        organisation: Whose.
        name: The secret's name.
        document: The tree.
        path: Where the name stands in it.
    """

    organisation: str
    name: str
    document: Document
    path: tuple[str | int, ...]


def uses(checked: Checked) -> Iterator[SecretUse]:
    """Every use of a secret in call trees without errors."""
    for home in checked.homes:
        if home.organisation is None:
            continue
        for document, content in home.trees:
            nodes = {} if content is None else content.nodes
            for node, held in nodes.items():
                if isinstance(held, Http):
                    for header, name in held.secret_headers.items():
                        path = ("nodes", node, "secret_headers", header)
                        yield SecretUse(home.organisation.id, name, document, path)


def without_value(checked: Checked, known: Container[str]) -> Iterator[Problem]:
    """Uses of secrets that nobody has given a value.

    Args:
        checked: The trees.
        known: The secrets that have one, as organisation/name.
    """
    for use in uses(checked):
        if full_name(use.organisation, use.name) not in known:
            yield use.document.problem(
                use.document.value_place(use.path),
                f"the secret “{use.name}” has no value in this installation",
                f"run: vaxel secrets set {use.organisation} {use.name}",
                Severity.WARNING,
                "secret_without_value",
            )
