"""Which speech models there are: found by language in a folder or as installed packages.

A Vosk model is one folder, as it comes out of its archive. Its language is told by its name
(``vosk-model-small-sv-rhasspy-0.15`` is Swedish) or by a file ``manifest.json`` that one may put
into it: ``{"language": "sv", "sha256": {"am/final.mdl": "9f86…"}}``. Where a language has several
models, one in the folder goes before an installed package, and a package before the English model
of pocketsphinx's wheel.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import pkgutil
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from media.speech.engine import Engine
from media.speech.errors import LanguageNotInstalled, ModelUnusable

MANIFEST: Final = "manifest.json"

_NAME = re.compile(r"vosk-model-(?:small-)?([a-z]{2,3})(?![a-z])")
_PACKAGE = "vosk_model_"
_TAG = re.compile("[a-z]{2,3}")
_UNKNOWN = "?"

# What Vosk reads at the least. A graph is one file, or two where grammars are made at run time;
# the i-vector extractor is there whole or not at all.
_VOSK_FILES = ("am/final.mdl", "conf/mfcc.conf")
_STATIC_GRAPH = ("graph/HCLG.fst",)
_LOOKAHEAD_GRAPH = ("graph/HCLr.fst", "graph/Gr.fst")
_IVECTOR_FILES = tuple(
    f"ivector/{name}"
    for name in (
        *("final.ie", "final.dubm", "final.mat"),
        *("global_cmvn.stats", "online_cmvn.conf", "splice.conf"),
    )
)
_SPHINX_FILES = (
    *("cmudict-en-us.dict", "en-us.lm.bin"),
    *(f"en-us/{name}" for name in ("mdef", "means", "variances", "transition_matrices")),
)


class EngineName(StrEnum):
    """Which engine decodes."""

    VOSK = "vosk"
    POCKETSPHINX = "pocketsphinx"


@dataclass(frozen=True, slots=True)
class Model:
    """A model that was found.

    Attributes:
        language: BCP 47 primary tag.
        engine: What loads it.
        name: For people.
        path: Its folder.
        size: Of its files, bytes.
        fault: Why it cannot be used, one sentence; ``""`` as far as one sees without loading it.
        digests: SHA-256 by file, where its manifest names some.
    """

    language: str
    engine: EngineName
    name: str
    path: Path
    size: int
    fault: str
    digests: Mapping[str, str]

    def verify(self) -> None:
        """Read the files that its manifest names.

        Raises:
            ModelUnusable: A file is missing, or not the one that the manifest means.
        """
        if self.fault:
            raise ModelUnusable(self.name, self.path, self.fault)
        for file, digest in self.digests.items():
            with (self.path / file).open("rb") as source:
                if hashlib.file_digest(source, "sha256").hexdigest() != digest.lower():
                    raise ModelUnusable(
                        self.name, self.path, f"{file} is not the file of its manifest."
                    )

    def load(self) -> Engine:
        """Verify it and bring it into memory; takes seconds.

        Raises:
            ModelUnusable: It cannot be used.
        """
        try:
            self.verify()
        except OSError as error:
            raise ModelUnusable(self.name, self.path, f"{error}.") from error
        # here, not above: who only lists models needs neither library
        if self.engine is EngineName.VOSK:
            from media.speech.vosk_engine import VoskEngine  # noqa: PLC0415 - as said

            return VoskEngine(self.language, self.name, self.path)
        from media.speech.sphinx_engine import SphinxEngine  # noqa: PLC0415 - as said

        return SphinxEngine(self.name, self.path)


@dataclass(frozen=True, slots=True)
class Models:
    """The models of an installation.

    Attributes:
        all: Every one that was found, whole or not, the preferred one of a language first.
    """

    all: tuple[Model, ...]

    @property
    def by_language(self) -> dict[str, Model]:
        """The model that serves each language; a whole one goes before a faulty one."""
        chosen: dict[str, Model] = {}
        for model in self.all:
            if model.language not in chosen or (chosen[model.language].fault and not model.fault):
                chosen[model.language] = model
        return chosen

    def of(self, language: str) -> Model:
        """The model that serves a language.

        Raises:
            LanguageNotInstalled: There is none.
            ModelUnusable: There is one, and it lacks something.
        """
        serving = self.by_language
        if language not in serving:
            raise LanguageNotInstalled(language, serving)
        model = serving[language]
        if model.fault:
            raise ModelUnusable(model.name, model.path, model.fault)
        return model


def find_models(folder: Path) -> Models:
    """Look for models.

    Args:
        folder: Where Vosk models lie, one folder each; need not exist.
    """
    return Models((*_in_folder(folder), *_in_packages(), *_in_wheel()))


def _in_folder(folder: Path) -> Iterator[Model]:
    try:
        paths = sorted(folder.iterdir())
    except FileNotFoundError:
        return
    except OSError as error:
        yield _unreadable("models", folder, error)
        return
    for path in paths:
        # by os.path: what Path asks raises where we may not look
        if os.path.isdir(path) and (os.path.exists(path / MANIFEST) or _NAME.match(path.name)):
            yield _vosk_model(path.name, path)


def _in_packages() -> Iterator[Model]:
    for module in pkgutil.iter_modules():
        if module.name.startswith(_PACKAGE):
            spec = importlib.util.find_spec(module.name)
            for place in (spec and spec.submodule_search_locations) or ():
                yield _vosk_model(module.name.replace("_", "-"), Path(place) / "model")


def _in_wheel() -> Iterator[Model]:
    spec = importlib.util.find_spec("pocketsphinx")
    for place in (spec and spec.submodule_search_locations) or ():
        path = Path(place) / "model" / "en-us"
        yield Model(
            language="en",
            engine=EngineName.POCKETSPHINX,
            name="pocketsphinx-en-us",
            path=path,
            size=_size(path),
            fault=_missing(path, _SPHINX_FILES),
            digests={},
        )


def _vosk_model(name: str, path: Path) -> Model:
    try:
        return _read(name, path)
    except OSError as error:  # no right to, or it is being changed
        return _unreadable(name, path, error)


def _read(name: str, path: Path) -> Model:
    manifest, fault = _manifest(path / MANIFEST)
    named = _NAME.match(name)
    language = manifest.get("language") or (named[1] if named else _UNKNOWN)
    digests = manifest.get("sha256", {})
    graph = _LOOKAHEAD_GRAPH if (path / _LOOKAHEAD_GRAPH[0]).exists() else _STATIC_GRAPH
    ivector = _IVECTOR_FILES if (path / "ivector").exists() else ()
    fault = fault or _missing(path, (*_VOSK_FILES, *graph, *ivector, *digests))
    if language == _UNKNOWN:
        fault = fault or f"its language is unknown; name it in {MANIFEST}."
    return Model(language, EngineName.VOSK, name, path, _size(path), fault, digests)


def _unreadable(name: str, path: Path, error: OSError) -> Model:
    named = _NAME.match(name)
    language, fault = named[1] if named else _UNKNOWN, f"it cannot be read ({error.strerror})."
    return Model(language, EngineName.VOSK, name, path, 0, fault, {})


def _manifest(path: Path) -> tuple[dict[str, Any], str]:
    """What a manifest holds, and what is wrong with it."""
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        digests = held.get("sha256", {})
        if not all(isinstance(d, str) and _inside(file) for file, d in digests.items()):
            raise ValueError("sha256 must name files of the model")
        if not _TAG.fullmatch(held.get("language", "en")):
            raise ValueError('language must be two or three small letters, as in "sv"')
    except FileNotFoundError:
        return {}, ""
    except (ValueError, AttributeError, TypeError, RecursionError) as error:
        return {}, f"its {MANIFEST} cannot be read ({error})."
    return held, ""


def _inside(file: str) -> bool:
    return not Path(file).is_absolute() and ".." not in Path(file).parts


def _missing(path: Path, files: Iterable[str]) -> str:
    lacking = [file for file in files if not (path / file).is_file()]
    return f"it lacks {', '.join(lacking)}; unpack it anew." if lacking else ""


def _size(path: Path) -> int:
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
