"""What can go wrong with recognition: one class a rule, a sentence that tells a person what to do.

The sentences of the errors that Asterisk is told stand in Asterisk's log and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from media.errors import MediaError


class SpeechError(MediaError):
    """Base of all errors of speech recognition."""

    code: ClassVar[str] = "speech"


class LanguageNotInstalled(SpeechError):
    """No model understands a language."""

    code = "language_not_installed"

    def __init__(self, language: str, known: Iterable[str]) -> None:
        there = ", ".join(sorted(known)) or "none"
        super().__init__(
            f"No speech model for the language {language!r} is installed (there are: {there}); "
            "`vaxel models` tells how one is added."
        )


class ModelUnusable(SpeechError):
    """A model lacks a file, has a changed one, or does not load."""

    code = "model_unusable"

    def __init__(self, name: str, path: Path, fault: str) -> None:
        super().__init__(f"The speech model {name} in {path} cannot be used: {fault}")


class PhraseUnusable(SpeechError):
    """A phrase is empty, too long, or holds a character that a result could not carry."""

    code = "phrase_unusable"

    def __init__(self, phrase: str, fault: str) -> None:
        super().__init__(f"The phrase {phrase!r} cannot be listened for: {fault}.")


class NoPhraseKnown(SpeechError):
    """Not one of the phrases consists of words that the model knows."""

    code = "no_phrase_known"

    def __init__(self, language: str) -> None:
        super().__init__(
            f"The {language} model knows the words of none of the phrases; choose other words."
        )


class NotListening(SpeechError):
    """A worker cannot listen for what it was told to; the sentence is the worker's."""

    code = "not_listening"


class RateUnusable(SpeechError):
    """Audio has a sample rate that the engine does not take."""

    code = "rate_unusable"

    def __init__(self, rate_hz: int, known: Iterable[int]) -> None:
        there = " or ".join(str(rate) for rate in known)
        super().__init__(f"Audio of {rate_hz} Hz cannot be written down; convert it to {there} Hz.")


class ProtocolFault(SpeechError):
    """A message is not what the protocol says."""

    code = "protocol_fault"


class CodecUnknown(SpeechError):
    """The audio would come in a form that is not understood."""

    code = "codec_unknown"

    def __init__(self, asked: Iterable[str], known: Iterable[str]) -> None:
        super().__init__(
            f"None of the codecs {', '.join(asked) or '(none)'} is understood; set "
            f"codecs=!all,{','.join(known)} in aeap.conf."
        )


class Overloaded(SpeechError):
    """All workers have as much to do as they can do in time."""

    code = "overloaded"

    def __init__(self) -> None:
        super().__init__("All speech workers are busy; the caller is to use the keys.")


class WorkerLost(SpeechError):
    """The process that decoded a stream died."""

    code = "worker_lost"

    def __init__(self) -> None:
        super().__init__("The process that recognised this speech died; another one is started.")


class EngineFailed(SpeechError):
    """The engine's library failed in the midst of an utterance."""

    code = "engine_failed"

    def __init__(self) -> None:
        super().__init__("The speech engine failed on this caller's words; its log says how.")


class AddressUnusable(SpeechError):
    """The server cannot listen where it is told to."""

    code = "address_unusable"

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(
            f"The speech server cannot listen on {host}:{port} ({reason}); end the program that "
            "does, or choose another port (setting speech.port)."
        )


class ServerBroken(SpeechError):
    """The process that loads the models and makes the workers does not come up."""

    code = "server_broken"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The speech workers cannot be started: {reason}")
