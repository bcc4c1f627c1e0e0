"""A village that comes to the platform while it runs, and whose admin changes what callers hear."""

from __future__ import annotations

from pathlib import Path

from ivr.live.files import write_whole
from media.tones import tone
from media.wav import write_wav

ORG, NUMBER = "village", "120"
QUESTION = "Tryck 1 för att sluta."


class Village:
    """Its files; whoever calls is greeted, asked for a key, and hears a goodbye."""

    def __init__(self, trees: Path) -> None:
        self._home = trees / ORG
        self._tree = self._home / "menu.yaml"
        if not self._home.exists():
            self._home.mkdir()
            (self._home / "organisation.yaml").write_text(
                f"id: {ORG}\nname: Byn\nlanguages: [sv]\n"
            )

    def save(self, greeting: str, goodbye: str, end: str = "end") -> None:
        """Save its tree as an editor does; ``end`` may name a node that does not exist."""
        text = f"""numbers: ["{NUMBER}"]
start: greeting
nodes:
  greeting: {{say: {{sv: {greeting}}}, then: question}}
  question:
    menu: {{sv: {QUESTION}}}
    choices: {{1: {{goto: {end}}}}}
    wait: 20 s
    on_invalid: {{then: end}}
    on_silence: {{then: end}}
  end: {{hang_up: {{sv: {goodbye}}}}}
"""
        write_whole(self._tree, text.encode())

    def record(self, greeting: str, hertz: int) -> Path:
        """Put a recording of the greeting beside the trees; a tone stands for the person."""
        file = self._home / "recordings" / "sv" / "menu.greeting.say.wav"
        file.parent.mkdir(parents=True, exist_ok=True)
        write_wav(file, tone(hertz, 2))
        file.with_suffix(".txt").write_text(greeting, encoding="utf-8")
        return file
