"""What is wrong with a tree or an organisation whose every part is right by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ivr.flow.announced import MOST_SECONDS, silent_keys, too_long, wrong_keys
from ivr.flow.document import Document
from ivr.flow.graph import Circle, circles_without_exit, silent_loops, unreachable
from ivr.flow.nodes.http import Http
from ivr.flow.nodes.menu import Menu
from ivr.flow.organisation import Organisation
from ivr.flow.problems import Problem, Severity
from ivr.flow.tree import Node
from ivr.flow.unset import Unset, unset_uses
from ivr.flow.vocabulary import LANGUAGES

_SHOWN = 8
_KEYS = {"authorization", "proxy-authorization", "x-api-key", "api-key", "cookie"}
"""Headers that nobody sends but to say who they are."""


def of_tree(document: Document, start: str, nodes: Mapping[str, Node]) -> Iterator[Problem]:
    """Everything that only a whole tree shows.

    Args:
        document: Where the nodes stand.
        start: Where a call begins.
        nodes: All nodes; each arrow leads to one of them.
    """
    loops = list(silent_loops(nodes))
    yield from map(lambda loop: _silent(document, loop), loops)
    told = {name for loop in loops for name in loop.nodes}
    for circle in circles_without_exit(nodes):
        if not told.intersection(circle.nodes):
            yield _endless(document, circle)
    yield from _unreachable(document, start, nodes)
    yield from _unset(document, start, nodes)
    for name, node in nodes.items():
        if isinstance(node, Menu):
            yield from _menu(document, name, node)
        elif isinstance(node, Http):
            yield from _keys(document, name, node)


def silent(document: Document, nodes: Mapping[str, Node]) -> Iterator[Problem]:
    """Circles without a wait among the ``nodes`` of a file, other ones may have errors."""
    for loop in silent_loops(nodes):
        yield _silent(document, loop)


def hours_that_never_open(document: Document, organisation: Organisation) -> Iterator[Problem]:
    """Opening hours that are closed for ever."""
    for name, hours in organisation.hours.items():
        if not hours.ever_open:
            yield document.problem(
                document.key_place(("hours", name)),
                f"“{name}” never opens",
                "give it hours such as “mon-fri: 08:00-17:00”, or remove it",
                Severity.WARNING,
                "never_open",
            )


def _silent(document: Document, loop: Circle) -> Problem:
    return document.problem(
        document.value_place(("nodes", loop.nodes[-1], *loop.arrow.path)),
        f"this goes round for ever without a wait for the caller: {_way(loop)}",
        "lead one of these ways to a menu, a queue or hang_up",
        code="silent_loop",
    )


def _endless(document: Document, circle: Circle) -> Problem:
    return document.problem(
        document.value_place(("nodes", circle.nodes[-1], *circle.arrow.path)),
        f"no way leads out of this circle: {_way(circle)}",
        "lead one of its ways to a queue or hang_up",
        code="no_exit",
    )


def _way(circle: Circle) -> str:
    nodes = [*circle.nodes[:_SHOWN], *(["…"] if len(circle.nodes) > _SHOWN else [])]
    return f"{' → '.join(nodes)} → {circle.nodes[0]}"


def _unreachable(document: Document, start: str, nodes: Mapping[str, Node]) -> Iterator[Problem]:
    lonely = set(unreachable(start, nodes))
    for name in nodes:
        if name not in lonely:
            continue
        user, _, inner = name.rpartition("/")
        if user and all(one in lonely for one in nodes if one.startswith(f"{user}/")):
            name = user  # noqa: PLW2901 - none of the sub-tree is reached: told once, of its user
            inner = ""
        yield document.problem(
            document.key_place(("nodes", name)),
            f"no way leads to the node “{inner or name}”",
            "lead a way to it, or remove it",
            Severity.WARNING,
            "unreachable",
        )


def _unset(document: Document, start: str, nodes: Mapping[str, Node]) -> Iterator[Problem]:
    for use in unset_uses(start, nodes):
        place = document.value_place(("nodes", use.node, *use.path))
        if use.unset is Unset.ALWAYS:
            message, severity = "is not set on any way to here", Severity.ERROR
        else:
            message, severity = "is not set on every way to here", Severity.WARNING
        yield document.problem(
            place,
            f"“{use.variable}” {message}",
            f"set it before, or write “{use.variable} | default('…')”",
            severity,
            "unset_variable",
        )


def _menu(document: Document, name: str, menu: Menu) -> Iterator[Problem]:
    def told(language: str, message: str, advice: str, code: str) -> Problem:
        place = document.value_place(("nodes", name, "menu", language))
        return document.problem(place, message, advice, Severity.WARNING, code)

    for language, seconds in too_long(menu):
        yield told(
            language,
            f"the menu takes about {seconds:.0f} s to say, callers lose patience after "
            f"{MOST_SECONDS} s",
            "shorten it, or split it in two menus",
            "long_menu",
        )
    for language, key in wrong_keys(menu):
        yield told(
            language,
            f"callers are told to press {key}, which is no choice",
            f"add “{key}:” to the choices, or change the text",
            "wrong_key",
        )
    for language, key in silent_keys(menu):
        yield told(
            language,
            f"callers are not told in {LANGUAGES[language]} that there is a choice {key}",
            f"say when to press {key}",
            "silent_key",
        )


def _keys(document: Document, name: str, node: Http) -> Iterator[Problem]:
    for header, text in node.headers.items():
        if header.lower() in _KEYS and text.constant:
            yield document.problem(
                document.key_place(("nodes", name, "headers", header)),
                f"whoever reads this file reads what “{header}” holds",
                f"name it under “secret_headers: {{{header}: …}}”, and give it its value by "
                "“vaxel secrets set”",
                Severity.WARNING,
                "open_key",
            )
    if node.secret_headers and node.http.source.startswith("http:"):
        yield document.problem(
            document.value_place(("nodes", name, "http")),
            "the secret is sent without encryption",
            "write https://",
            Severity.WARNING,
            "secret_in_clear",
        )
