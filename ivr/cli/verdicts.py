"""The results of ``vaxel test`` for machines: JUnit XML, which every CI server reads, and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from xml.etree import ElementTree

from ivr.flow.problems import Problem, shown
from ivr.flow.trials.coverage import Share
from ivr.flow.trials.suite import Report, Tried, Verdict


def as_json(report: Report) -> str:
    """One object: whether all passed, what could not be read, and each tree with its tests."""
    data = {
        "passed": report.passed,
        "problems": _problems(report.problems),
        "trees": [_tree(tried) for tried in report.tried],
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _tree(tried: Tried) -> Mapping[str, object]:
    return {
        "organisation": tried.organisation,
        "tree": tried.tree,
        "file": shown(tried.file),
        "problems": _problems(tried.problems),
        "tests": [_test(verdict) for verdict in tried.verdicts],
        "nodes": _share(tried.nodes),
        "branches": _share(tried.branches),
        "untested": _problems(tried.untested),
    }


def _test(verdict: Verdict) -> Mapping[str, object]:
    return {
        "name": verdict.name,
        "file": shown(verdict.file),
        "line": verdict.line,
        "passed": verdict.passed,
        "seconds": round(verdict.seconds, 6),
        "problems": _problems(verdict.problems),
        "way": list(verdict.way),
        "story": list(verdict.story),
    }


def _share(share: Share) -> Mapping[str, int]:
    return {"tested": share.tested, "all": share.all}


def _problems(problems: Iterable[Problem]) -> Sequence[Mapping[str, object]]:
    return [
        {
            "file": shown(problem.file),
            "line": problem.line,
            "column": problem.column,
            "severity": problem.severity.value,
            "message": problem.message,
            "advice": problem.advice,
        }
        for problem in problems
    ]


def as_junit(report: Report, short: Sequence[Tried]) -> str:
    """One suite a tree, one case a test.

    What could not be read is an error of a case of its own, and so is a tree of ``short``, the ones
    of which too little is tested.
    """
    root = ElementTree.Element("testsuites", name="vaxel test")
    if report.problems:
        suite = ElementTree.SubElement(root, "testsuite", name="files")
        _unread(suite, "the files can be read", report.problems)
    for tried in report.tried:
        suite = ElementTree.SubElement(root, "testsuite", name=tried.label)
        if tried.problems:
            _unread(suite, "the tests can be read", tried.problems)
        for verdict in tried.verdicts:
            _case(suite, tried, verdict)
        if tried in short:
            case = ElementTree.SubElement(
                suite, "testcase", classname=tried.label, name="enough of the tree is tested"
            )
            _fail(case, "failure", "too little is tested", tried.untested)
    _count_up(root)
    ElementTree.indent(root)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written.decode() + "\n"


def _case(suite: ElementTree.Element, tried: Tried, verdict: Verdict) -> None:
    case = ElementTree.SubElement(
        suite,
        "testcase",
        classname=tried.label,
        name=verdict.name,
        file=shown(verdict.file),
        line=str(verdict.line),
        time=f"{verdict.seconds:.6f}",
    )
    if not verdict.passed:
        _fail(case, "failure", verdict.problems[0].message, verdict.problems, verdict)


def _unread(suite: ElementTree.Element, name: str, problems: Sequence[Problem]) -> None:
    case = ElementTree.SubElement(suite, "testcase", classname=str(suite.get("name")), name=name)
    _fail(case, "error", problems[0].message, problems)


def _fail(
    case: ElementTree.Element,
    kind: str,
    message: str,
    problems: Iterable[Problem],
    verdict: Verdict | None = None,
) -> None:
    lines = [str(problem) for problem in problems]
    if verdict is not None:
        lines += [f"the way: {' → '.join(verdict.way)}", *verdict.story]
    ElementTree.SubElement(case, kind, message=message).text = "\n".join(lines)


def _count_up(root: ElementTree.Element) -> None:
    """The numbers that readers expect on each suite and on the whole."""
    for part in (*root, root):
        cases = list(part.iter("testcase"))
        part.set("tests", str(len(cases)))
        part.set("failures", str(sum(case.find("failure") is not None for case in cases)))
        part.set("errors", str(sum(case.find("error") is not None for case in cases)))
        part.set("time", f"{sum(float(case.get('time', 0)) for case in cases):.6f}")
