"""What a test expects against what happened: each difference as a sentence."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence

from ivr.flow.requirement import Wanted
from ivr.flow.skills import skill, told
from ivr.flow.trace import EndReason, Fault
from ivr.flow.trials.actor import Finding
from ivr.flow.trials.play import Played
from ivr.flow.trials.trial import Then, Trial
from ivr.flow.trials.words import NONE, Hearable, spoken

_ENDINGS = {
    EndReason.CALLER: "the caller hung up",
    EndReason.TREE: "the call tree hung up",
    EndReason.FAILED: "the call could not go on",
}
_WANTED = {
    EndReason.CALLER: "the caller should hang up",
    EndReason.TREE: "the call tree should hang up",
    EndReason.FAILED: "the call should not be able to go on",
}
_FAULTS = {
    Fault.CALL: "the telephone line or a service behind it failed",
    Fault.NODE: "Växel itself failed; tell those who maintain it",
    Fault.TOO_MANY_STEPS: "it went through too many nodes",
}


def judge(trial: Trial, played: Played) -> list[Finding]:
    """Everything that is not as ``trial`` wants it; nothing when it passes."""
    if played.impossible:
        return list(played.impossible)  # whatever came after came of that
    then = trial.then
    return [
        *_slips(then, played),
        *_unheard(then.hears or (), played),
        *_overheard(then.not_hears or (), played),
        *_in_order("reaches", "queue", then.reaches or (), [ride.queue for ride in played.rides]),
        *_required(then.require or (), played),
        *_in_order("prefers", "agent", then.prefers or (), _preferred(played)),
        *_in_order("dials", "number", then.dials or (), played.dialled),
        *_unsent(then.sends or (), played),
        *_in_order("by", "node", then.by or (), played.way),
        *_ending(then, played),
        *_values(then, played),
        *_message(then, played),
        *_undone(trial, played),
    ]


def _slips(then: Then, played: Played) -> Iterator[Finding]:
    """What fails on any call is told though no test asks."""
    for step in played.result.trace:
        if step.fault is Fault.EXPRESSION:
            yield Finding(
                (),
                f"at the node “{step.visit.node}” an expression could not be worked out",
                "look at the values that it uses: one of them is not set on this way, or names no "
                "skill where one is required, or no agent of the queue where one is preferred",
            )
    fault = played.result.fault
    if fault is not None and then.ends != EndReason.FAILED:
        yield Finding(
            (), f"at the node “{played.result.last_node}” the call could not go on", _FAULTS[fault]
        )


def _unheard(wanted: Sequence[Hearable], played: Played) -> Iterator[Finding]:
    """The first text that was not heard where it should have been."""
    said = [utterance.text for utterance in played.heard]
    behind = 0
    for index, one in enumerate(wanted):
        found = next((i for i in range(behind, len(said)) if one.matches(said[i])), None)
        if found is None:
            message = f"the caller should hear “{one.written}”, and did not"
            if any(one.matches(text) for text in said):
                message = (
                    f"the caller should hear “{one.written}” after "
                    f"“{wanted[index - 1].written}”, and heard it before"
                )
            yield Finding(("then", "hears", index), message, _nearest(one, said))
            return
        behind = found + 1


def _unsent(wanted: Sequence[Hearable], played: Played) -> Iterator[Finding]:
    """The first text message that was not sent where it should have been."""
    left = iter(played.texts)
    for index, one in enumerate(wanted):
        if not any(one.matches(text) for text in left):
            message = f"the text message “{one.written}” should be sent, and was not"
            advice = _nearest(one, played.texts) if played.texts else "none was sent at all"
            yield Finding(("then", "sends", index), message, advice)
            return


def _nearest(wanted: Hearable, said: Sequence[str]) -> str:
    by_spoken = {spoken(text): text for text in said}
    near = difflib.get_close_matches(spoken(wanted.written), by_spoken, n=1, cutoff=0.5)
    if near and not wanted.matches(by_spoken[near[0]]):
        return f"what comes nearest is “{by_spoken[near[0]]}”"
    return "" if said else "nothing was said at all"


def _overheard(unwanted: Sequence[Hearable], played: Played) -> Iterator[Finding]:
    for index, one in enumerate(unwanted):
        said = next((heard.text for heard in played.heard if one.matches(heard.text)), None)
        if said is not None:
            message = f"the caller should not hear “{one.written}”, and did"
            yield Finding(("then", "not_hears", index), message, f"what was said is “{said}”")


def _in_order(key: str, kind: str, wanted: Sequence[str], went: Sequence[str]) -> Iterator[Finding]:
    """The first name that the call did not come to where it should have."""
    behind = 0
    for index, name in enumerate(wanted):
        try:
            behind = went.index(name, behind) + 1
        except ValueError:
            after = f" after “{wanted[index - 1]}”" if index else ""
            came = f"came to {_listed(went)}" if went else f"came to no {kind}"
            message = f"the caller should come to the {kind} “{name}”{after}, and {came}"
            yield Finding(("then", key, index), message)
            return


def _required(wanted: Sequence[Mapping[str, Wanted]], played: Played) -> Iterator[Finding]:
    """The first requirement that no queue was reached with where it should have been."""
    asked = [ride.require[0].skills if ride.require else {} for ride in played.rides]
    behind = 0
    for index, one in enumerate(wanted):
        skills = {skill(kind, str(wish.value)): wish.level for kind, wish in one.items()}
        try:
            behind = asked.index(skills, behind) + 1
        except ValueError:
            came = " → ".join(map(_skills, asked))
            so = f"required was {came}" if asked else "the caller came to no queue"
            message = f"of the agent should be required {_skills(skills)}, and {so}"
            yield Finding(("then", "require", index), message)
            return


def _preferred(played: Played) -> list[str]:
    return [NONE if ride.prefer is None else ride.prefer.agent for ride in played.rides]


def _skills(skills: Mapping[str, int]) -> str:
    return f"“{told(skills)}”" if skills else "nothing"


def _ending(then: Then, played: Played) -> Iterator[Finding]:
    last, reason = played.result.last_node, played.result.reason
    if then.at is not None and then.at != last:
        message = f"the call should end at the node “{then.at}”, and ended at “{last}”"
        yield Finding(
            (
                "then",
                "at",
            ),
            message,
        )
    if then.ends is not None and then.ends != reason:
        message = f"{_WANTED[EndReason(then.ends)]}, and {_ENDINGS[reason]}"
        yield Finding(
            (
                "then",
                "ends",
            ),
            message,
        )
    if then.language is not None and then.language != played.language:
        message = (
            f"the caller should listen in “{then.language}” at the end, "
            f"and did in “{played.language}”"
        )
        yield Finding(
            (
                "then",
                "language",
            ),
            message,
        )


def _values(then: Then, played: Played) -> Iterator[Finding]:
    for name, wanted in (then.values or {}).items():
        is_so = f"is “{_text(played.values[name])}”" if name in played.values else "was never set"
        if name not in played.values or _text(played.values[name]) != wanted:
            message = f"the value “{name}” should be “{wanted}” at the end, and {is_so}"
            yield Finding(("then", "values", name), message)


def _text(value: object) -> str:
    """A value as a test writes it."""
    return str(value).lower() if isinstance(value, bool) or value is None else str(value)


def _message(then: Then, played: Played) -> Iterator[Finding]:
    if then.message is None:
        return
    boxes = [request.mailbox for request, _ in played.messages]
    left = f"left one in {_listed(boxes)}" if boxes else "left none"
    if then.message == NONE:
        if boxes:
            yield Finding(
                (
                    "then",
                    "message",
                ),
                f"the caller should leave no message, and {left}",
            )
    elif then.message not in boxes:
        message = f"the caller should leave a message in “{then.message}”, and {left}"
        yield Finding(
            (
                "then",
                "message",
            ),
            message,
        )


def _undone(trial: Trial, played: Played) -> Iterator[Finding]:
    acts = trial.when or ()
    if played.result.fault is None and played.act < len(acts):
        yield Finding(
            ("when", played.act),
            f"there was no time to “{acts[played.act]}”: the call was over before",
            "remove it, or change what comes before it",
        )


def _listed(names: Sequence[str]) -> str:
    return " → ".join(f"“{name}”" for name in names)
