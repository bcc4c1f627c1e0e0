"""After a conversation: what came of it by the agent's word, and the time for after-call work."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Annotated, TypeAlias

from pydantic import Field

from ivr.flow.faults import Located, Strict, fault
from ivr.flow.lengths import Length, LengthOr
from ivr.flow.texts import Phrase, Text, Using
from ivr.flow.vocabulary import Form, Identifier, LanguageTag, Table

UNTIL_READY = "until_ready"

ResultCode: TypeAlias = Annotated[str, Form("[0-9]{1,3}", "code of a result", "use 1 to 3 digits")]


class Result(Strict):
    """What can come of a contact: the key for figures, the text that the agent hears."""

    key: Identifier
    say: Text


class AfterCall(Strict):
    """What a queue wants of an agent when a conversation is over.

    Attributes:
        wrapup_seconds: Time an agent has after a conversation before the next, or `until_ready`:
            as long as the agent wants, up to `wrapup_limit`. The agent may always end it.
        wrapup_extension_seconds: By so much the agent's `*15` makes it longer, as often as
            `wrapup_limit` allows.
        wrapup_limit_seconds: So long it lasts at most, whatever makes it longer; a longer `wrapup`
            counts.
        results: Keys of the organisation's results that can come of its contacts; all when left
            out.
        result_required: Its agents say what came of a contact before they are ready again: who has
            not said it wraps up until then, or until `wrapup_limit`.
    """

    wrapup_seconds: Annotated[float, LengthOr(0, 3600, UNTIL_READY)] = Field(15, alias="wrapup")
    wrapup_extension_seconds: Annotated[float, Length(1, 3600)] = Field(
        60, alias="wrapup_extension"
    )
    wrapup_limit_seconds: Annotated[float, Length(10, 14_400)] = Field(900, alias="wrapup_limit")
    results: tuple[str, ...] = ()
    result_required: bool = False

    @property
    def longest_wrapup_seconds(self) -> int:
        """No wrap-up lasts longer, unless the agent pauses."""
        limit, usual = self.wrapup_limit_seconds, self.wrapup_seconds
        return round(limit if math.isinf(usual) else max(limit, usual))

    @property
    def usual_wrapup_seconds(self) -> int:
        """The wrap-up of an agent who dials nothing."""
        return round(min(self.wrapup_seconds, self.longest_wrapup_seconds))


class ResultText(Text):
    """May use ``{{ result }}``, the spoken result."""

    root: Table[LanguageTag, Annotated[Phrase, Using(frozenset({"result"}))]]


class ResultChoiceText(Text):
    """May use ``{{ code }}``, digits, and ``{{ result }}``, the spoken result of these."""

    root: Table[LanguageTag, Annotated[Phrase, Using(frozenset({"code", "result"}))]]


class SecondsText(Text):
    """May use ``{{ seconds }}``."""

    root: Table[LanguageTag, Annotated[Phrase, Using(frozenset({"seconds"}))]]


class WholeMinutesText(Text):
    """May use ``{{ minutes }}``, at least 2."""

    root: Table[LanguageTag, Annotated[Phrase, Using(frozenset({"minutes"}))]]


class AfterCallTexts(Strict):
    """What an agent hears about results and after-call work.

    Attributes:
        enter_result: Before the choices.
        result_choice: Each of them.
        unknown_result: Digits that are no choice.
        result_given: One was taken.
        result_owed: The queue wants a result before the agent is ready.
        no_contact: There is no contact, or another one by now, that a result could be of.
        no_results: There are no results to choose from.
        wrapup_seconds: How long the wrap-up lasts, below two minutes.
        wrapup_minutes: How long it lasts, from two minutes on.
        wrapup_limit: It cannot be longer.
        no_wrapup: There is none that could be longer.
    """

    enter_result: Text
    result_choice: ResultChoiceText
    unknown_result: Text
    result_given: ResultText
    result_owed: Text
    no_contact: Text
    no_results: Text
    wrapup_seconds: SecondsText
    wrapup_minutes: WholeMinutesText
    wrapup_limit: Text
    no_wrapup: Text


def choices_of(queue: AfterCall | None, results: Mapping[str, Result]) -> Mapping[str, Result]:
    """By code, the results that can come of a queue's contacts; of an unknown queue's, all."""
    if queue is None or not queue.results:
        return results
    return {code: result for code, result in results.items() if result.key in queue.results}


def result_faults(
    results: Mapping[str, Result], queues: Mapping[str, AfterCall]
) -> Iterator[Located]:
    """What is wrong with an organisation's results, beyond each by itself."""
    keys: list[str] = []
    for code, result in results.items():
        if result.key in keys:
            twice = fault("result_twice", f"“{result.key}” is given twice")
            yield ("results", code, "key"), twice
        keys.append(result.key)
    for name, queue in queues.items():
        for index, key in enumerate(queue.results):
            if key not in keys:
                message = f"no result is named “{key}”"
                unknown = fault("undefined_result", message, name=key, known=keys)
                yield ("queues", name, "results", index), unknown
        if queue.result_required and not results:
            nothing = fault(
                "no_results",
                "there are no results that an agent could give",
                advice="add “results: …” to the organisation, or leave this out",
            )
            yield ("queues", name, "result_required"), nothing
