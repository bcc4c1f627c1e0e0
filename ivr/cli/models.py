"""``vaxel models``: which languages are understood, by which speech model."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ivr.platform.paths import models_folder
from ivr.platform.preflight import load_settings
from media.speech.engine import RATE_HZ
from media.speech.errors import LanguageNotInstalled, ModelUnusable
from media.speech.models import Model, Models, find_models
from media.tones import tone

_INVALID = 1
_MEGABYTE = 1_000_000


def register(app: typer.Typer) -> None:
    """Add the commands to ``vaxel``."""
    group = typer.Typer(
        name="models",
        invoke_without_command=True,
        help="Speech models: list and verify.",
    )
    group.callback()(list_models)
    group.command("verify")(verify)
    app.add_typer(group)


def list_models(context: typer.Context) -> None:
    """List the speech models: language, engine, where, size and state.

    A model is in use, or another one of its language goes before it, or it cannot be used.
    """
    if context.invoked_subcommand is not None:
        return
    console = Console(highlight=False, soft_wrap=True)
    folder = models_folder(load_settings())
    models = find_models(folder)
    table = Table(box=None, pad_edge=False)
    for heading in ("language", "engine", "model", "size", "state"):
        table.add_column(heading, justify="right" if heading == "size" else "left", no_wrap=True)
    table.add_column("where", overflow="fold")
    for model in sorted(models.all, key=lambda model: model.language):
        table.add_row(
            *(model.language, model.engine.value, model.name),
            f"{model.size / _MEGABYTE:.0f} MB",
            _state(model, models),
            str(model.path),
        )
    console.print(table)
    _print_faults(console, models.all)
    console.print(
        "\nTo add a language: download a Vosk model of it (its name says the language, e.g. "
        "vosk-model-small-sv-rhasspy-0.15 for Swedish), unpack it into\n"
        f"{folder}, check it with `vaxel models verify sv`, and start Växel again. A model whose "
        "name does not begin with vosk-model-LANGUAGE needs a\nfile manifest.json beside its "
        'folders: {"language": "da"}; it may also name files to be checked: '
        '{"language": "da", "sha256": {"am/final.mdl": "…"}}.'
    )


def verify(
    language: Annotated[
        str,
        typer.Argument(help="Only this language, e.g. sv; all when left out.", show_default=False),
    ] = "",
) -> None:
    """Load each model that is in use and let it listen to a tone and to silence.

    Files that a model's manifest names are compared with their SHA-256. Ends with 1 when one
    cannot be used.
    """
    console = Console(highlight=False, soft_wrap=True)
    models = find_models(models_folder(load_settings()))
    serving = models.by_language
    if language and language not in serving:
        raise LanguageNotInstalled(language, serving)
    faults = 0
    for model in [serving[language]] if language else list(serving.values()):
        fault, told = _tried(model)
        faults += fault
        console.print(
            Text(f"{model.language}  {model.name}: "),
            Text(told, "bold red" if fault else "green"),
            sep="",
        )
    if faults:
        sys.exit(_INVALID)


def _tried(model: Model) -> tuple[bool, str]:
    """What :func:`_trial` finds, in a process of its own: a damaged model may end it."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as trial:
        try:
            return trial.submit(_trial, model).result()
        except BrokenProcessPool:
            return True, "the process that loads it dies; unpack it anew."


def _trial(model: Model) -> tuple[bool, str]:
    """Load a model and let it decode; whether it has a fault, and what is told of it."""
    begun = time.monotonic()
    try:
        engine = model.load()
    except ModelUnusable as error:
        return True, str(error)
    loaded = time.monotonic()
    dictation = engine.dictation(RATE_HZ)
    dictation.feed(tone(440.0, 0.5) + bytes(RATE_HZ))
    dictation.finish()
    heard = time.monotonic()
    return False, (
        f"well; loaded in {loaded - begun:.1f} s, decoded 1 s of sound in {heard - loaded:.2f} s"
    )


def _state(model: Model, models: Models) -> Text:
    if model.fault:
        return Text("unusable", "bold red")
    if models.by_language[model.language] == model:
        return Text("in use", "green")
    return Text("not needed", "dim")


def _print_faults(console: Console, models: Iterable[Model]) -> None:
    for model in models:
        if model.fault:
            console.print(Text(f"{model.name}: {model.fault}", "bold red"))
