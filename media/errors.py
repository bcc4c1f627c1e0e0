"""What can go wrong with prompts, tones and audio tools: one class a rule.

Each error carries ``code``, a stable machine string, and a sentence that tells a person what to do.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar


class MediaError(Exception):
    """Base of all errors of this room."""

    code: ClassVar[str] = "media"


class ToolMissing(MediaError):
    """A program that makes or converts audio is not installed."""

    code = "tool_missing"

    def __init__(self, program: str) -> None:
        super().__init__(
            f"The program {program} is not there; install it (Debian: apt install {program})."
        )


class ToolFailed(MediaError):
    """An audio program ended with an error."""

    code = "tool_failed"

    def __init__(self, program: str, exit_code: int, complaint: str) -> None:
        self.exit_code = exit_code  # below 0: the signal that killed it
        said = complaint or "nothing"
        super().__init__(f"{program} ended with code {exit_code} and said: {said}")


class ToolTooSlow(MediaError):
    """An audio program did not end within its limit and was stopped."""

    code = "tool_too_slow"

    def __init__(self, program: str, seconds: float) -> None:
        super().__init__(
            f"{program} did not end within {seconds:g} s and was stopped; is the machine too busy?"
        )


class NoVoice(MediaError):
    """No voice is set for a language."""

    code = "no_voice"

    def __init__(self, language: str, known: list[str]) -> None:
        super().__init__(
            f"There is no voice for the language {language!r}; choose {', '.join(sorted(known))}."
        )


class NothingSaid(MediaError):
    """The speech engine made no sound of a text (it is empty or has no speakable character)."""

    code = "nothing_said"

    def __init__(self) -> None:
        super().__init__("The text makes no sound; write at least one word.")


class PromptFailed(MediaError):
    """A prompt cannot be played: rendering it failed."""

    code = "prompt_failed"

    def __init__(self, key: str, language: str, reason: str) -> None:
        self.key = key
        self.language = language
        self.reason = reason
        super().__init__(f"The prompt {key} ({language}) cannot be played: {reason}")


class RecordedPromptUnusable(PromptFailed):
    """A recorded prompt is no sound."""

    code = "recorded_prompt_unusable"

    def __init__(self, key: str, language: str, path: Path, reason: str) -> None:
        super().__init__(key, language, f"{path} cannot be used ({reason}); record it anew.")


class AudioUnusable(MediaError):
    """A recorded leg is no mono 16-bit WAV file, or does not fit the other one."""

    code = "audio_unusable"

    def __init__(self, path: Path, complaint: str) -> None:
        super().__init__(f"{path.name} is no recorded leg ({complaint}); listen to it by hand.")
