"""What a check found, for other programs: JSON, and SARIF 2.1.0 for code hosts and editors."""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ivr.flow.load import Checked
from ivr.flow.problems import Problem, Severity, shown

_SARIF = "https://json.schemastore.org/sarif-2.1.0.json"


class Format(StrEnum):
    """How findings are written."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


def as_json(checked: Checked) -> str:
    """Everything found, one object a finding."""
    errors = sum(problem.severity is Severity.ERROR for problem in checked.problems)
    return _dumped(
        {
            "files": checked.files,
            "errors": errors,
            "warnings": len(checked.problems) - errors,
            "problems": [
                {
                    "severity": problem.severity.value,
                    "code": problem.code,
                    "file": shown(problem.file),
                    "line": problem.line,
                    "column": problem.column,
                    "message": problem.message,
                    "advice": problem.advice,
                }
                for problem in checked.problems
            ],
        }
    )


def as_sarif(checked: Checked) -> str:
    """Everything found, as OASIS SARIF 2.1.0 has it."""
    codes = list(dict.fromkeys(problem.code for problem in checked.problems))
    driver = {
        "name": "vaxel check",
        "version": version("vaxel"),
        "rules": [{"id": code, "name": code} for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": _results(checked.problems, codes),
    }
    return _dumped({"$schema": _SARIF, "version": "2.1.0", "runs": [run]})


def _results(problems: Sequence[Problem], codes: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {
            "ruleId": problem.code,
            "ruleIndex": codes.index(problem.code),
            "level": problem.severity.value,
            "message": {
                "text": problem.message + (f" ({problem.advice})" if problem.advice else "")
            },
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": _uri(problem.file)},
                        "region": {"startLine": problem.line, "startColumn": problem.column},
                    }
                }
            ],
        }
        for problem in problems
    ]


def _uri(file: Path) -> str:
    path = Path(shown(file))
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())


def _dumped(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
