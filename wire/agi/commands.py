"""How a command is said, so that no text from the network is ever executed.

Three readers stand behind one command line, each with its own special characters:

1. The line itself. ``run_agi`` reads with ``fgets`` into 2,048 bytes: a line feed ends a command,
   and of a longer line *the rest is the next command*. Control characters and lines that are too
   long are therefore refused.
2. Its arguments. ``parse_args`` in ``res/res_agi.c`` splits at blanks outside double quotes; a
   backslash, inside quotes too, takes the next character as it is. :func:`quote` follows it.
3. For ``EXEC``, the application. Its arguments stand in *one* AGI argument, split at commas by
   ``__ast_app_separate_args`` (``main/app.c``), which knows quotes, parentheses, brackets and
   backslashes of its own: :func:`application_argument`. ``EXEC`` itself substitutes ``${…}`` only
   where the channel variable ``AGIEXECFULL`` is true, yet some applications (``ExecIf``, ``Exec``,
   ``Eval``) do it themselves. Text with ``${`` or ``$[`` is refused there; carry it in a channel
   variable instead: ``SET VARIABLE`` takes its value as it is, and a variable's value is not
   substituted again.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from wire.agi.errors import AgiBadArgument

MAX_COMMAND_BYTES: Final = 2_046
"""``AGI_BUF_LEN`` less the line feed and the closing NUL."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_ESCAPED_BY_AGI = re.compile(r'(["\\])')
_ESCAPED_BY_APPLICATION = re.compile(r'([\\",()\[\]])')
_PLAIN = r'[^\\",()\[\]]*'
_AS_IT_STANDS = re.compile(rf"{_PLAIN}(\({_PLAIN}\){_PLAIN})*")
_VARIABLE = re.compile(r"[A-Za-z_]\w*(\([\w,.:@/ -]*\))?", re.ASCII)


class Command(NamedTuple):
    """A command ready to be sent; a tuple, as one is made for each command.

    Attributes:
        verb: Its name, e.g. ``STREAM FILE``; safe to log.
        line: The whole line with its line feed.
    """

    verb: str
    line: bytes


def quote(text: str) -> str:
    """``text`` as one AGI argument, in double quotes.

    Control characters are not dealt with here: :func:`command` refuses them in the whole line.
    """
    if '"' in text or "\\" in text:
        text = _ESCAPED_BY_AGI.sub(r"\\\1", text)
    return f'"{text}"'


def command(verb: str, *arguments: str | int) -> Command:
    r"""One command line.

    Args:
        verb: The command's words as Asterisk names them. From code, never from the network.
        arguments: Text is quoted and escaped; numbers stand as they are.

    Raises:
        AgiBadArgument: Control characters (``\n``, NUL …), text that is no Unicode, or a line
            longer than Asterisk reads at once.
    """
    text = verb
    for argument in arguments:
        text += f" {argument}" if isinstance(argument, int) else f" {quote(argument)}"
    if not text.isprintable() and _CONTROL.search(text):  # the cheap question first
        raise AgiBadArgument(f"{verb}: an argument holds a control character; take it out first.")
    try:
        line = text.encode()
    except UnicodeEncodeError as error:
        raise AgiBadArgument(f"{verb}: an argument is no valid Unicode text.") from error
    if len(line) > MAX_COMMAND_BYTES:
        raise AgiBadArgument(f"{verb}: the line is longer than Asterisk reads; shorten the text.")
    return Command(verb, line + b"\n")


def application_argument(text: str) -> str:
    r"""``text`` as one argument of a dialplan application that splits by the standard rule.

    The application sees exactly ``text`` again: ``U(sub^a)`` or ``a,b`` arrive as they stand.
    (A few applications, such as ``Set``, ``NoOp`` and ``Gosub``, keep the backslashes; so does each
    in the last argument that it knows, which it takes as the rest. Text that needs none gets none:
    options with parentheses, ``x(*)``, arrive everywhere.)

    Raises:
        AgiBadArgument: ``${`` or ``$[`` is in it, which some applications execute.
    """
    if "${" in text or "$[" in text:
        raise AgiBadArgument(
            "An application's argument holds ${ or $[; set a channel variable to the text instead."
        )
    if _AS_IT_STANDS.fullmatch(text):
        return text
    return _ESCAPED_BY_APPLICATION.sub(r"\\\1", text)


def variable_name(name: str) -> str:
    """``name`` if it is a channel variable's or function's, e.g. ``CHANNEL(language)``.

    Raises:
        AgiBadArgument: It is not, so that no expression is evaluated by mistake.
    """
    if not _VARIABLE.fullmatch(name):
        raise AgiBadArgument("That is no name of a channel variable or dialplan function.")
    return name


def execute(application: str, *arguments: str) -> Command:
    """``EXEC`` of a dialplan application, each argument escaped for it.

    Raises:
        AgiBadArgument: See :func:`command` and :func:`application_argument`.
    """
    return command("EXEC", application, ",".join(map(application_argument, arguments)))
