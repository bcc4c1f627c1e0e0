"""``collect``: ask for digits, see that they can be right, keep them in a variable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Self

from pydantic import AfterValidator, Field, model_validator

from ivr.flow.answers import CASE_NUMBER, COUNTED, FIXED, KINDS
from ivr.flow.answers.case_number import CaseNumber
from ivr.flow.answers.kind import Answer, Circumstances, Kind
from ivr.flow.answers.phone import regions_of
from ivr.flow.asking import DigitCount, Retries, Retry, Wait, press_several, read_back
from ivr.flow.faults import fault
from ivr.flow.sensitive import Sensitive
from ivr.flow.texts import Text
from ivr.flow.tree import Exit, Node
from ivr.flow.vocabulary import Key, Target, Variable

if TYPE_CHECKING:
    from ivr.flow.conversation import Conversation


def _known(value: str) -> str:
    if value not in KINDS:
        message = f"“{value}” is nothing that can be collected"
        raise fault("unknown_kind", message, name=value, known=KINDS)
    return value


def _no_digit(value: str) -> str:
    if value.isdigit():
        message = f"the digit {value} cannot end an answer of digits"
        raise fault("digit_ends", message, advice="use # or *")
    return value


class Collect(Node):
    """Ask for keys until they can be right, and give them to a variable.

    Attributes:
        collect: The question.
        into: The variable.
        as_: The kind of answer: ``digits`` and ``number`` of any ``length``; ``date``,
            ``personnummer``, ``cpr`` and ``phone``; ``case_number`` by its ``pattern``.
        length: How many digits; at most 12 when left out.
        pattern: How a case number is written, e.g. ``BYGG 20nn-nnnnn``.
        terminator: The key that ends the answer before it has all of its digits.
        wait: Seconds to wait for each key.
        confirm: Whether the digits are read back and the caller says that they are right.
        sensitive: Whether the value is hidden: it is never spoken, logged, or told to anybody.
        on_invalid: What to do with keys that cannot be right, and when the caller says that they
            are not.
        on_silence: What to do when no key comes.
        then: Where to go on.
    """

    verb: ClassVar[str] = "collect"
    example: ClassVar[str] = """
case:
  collect: {sv: Ange ärendenumret., en: Please enter your case number.}
  into: case
  as: case_number
  pattern: BYGG 20nn-nnnnn
  confirm: true
  on_invalid: {repeat: 2, then: operator}
  on_silence: {repeat: 1, then: operator}
  then: status
"""
    needs: ClassVar[str] = "collect"

    collect: Text
    into: Variable
    as_: Annotated[str, AfterValidator(_known)] = Field("digits", alias="as")
    length: DigitCount | None = None
    pattern: CaseNumber | None = None
    terminator: Annotated[Key, AfterValidator(_no_digit)] = "#"
    wait: Wait = 5
    confirm: bool = False
    sensitive: bool = False
    on_invalid: Retry
    on_silence: Retry
    then: Target

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if (self.pattern is None) == (self.as_ == CASE_NUMBER):
            raise fault(
                "pattern_and_kind",
                "“pattern” and “as: case_number” belong together",
                advice="write both: as: case_number, pattern: BYGG 20nn-nnnnn",
            )
        if self.length is not None and self.as_ not in COUNTED:
            raise fault(
                "length_and_kind",
                f"how long a {self.as_} is stands fast",
                advice="remove “length”",
            )
        if self.confirm and self.sensitive:
            raise fault(
                "sensitive_read_back",
                "what is sensitive is not read back aloud",
                advice="remove “confirm”, or “sensitive”",
            )
        return self

    async def run(self, talk: Conversation) -> Exit:
        """Ask until there is an answer, or one of the two repeats is used up."""
        texts, own = talk.organisation.texts, talk.organisation.texts.collect
        retries = Retries(self.on_invalid, self.on_silence)
        leaving = None
        while leaving is None:
            keys = await press_several(
                talk, self.collect, count=self._kind.longest, wait=self.wait, stop=self.terminator
            )
            if not keys:
                leaving = await retries.again(talk, "silence", own.silence if own else texts.no_key)
            elif (answer := self._kind.answer(keys, self._circumstances(talk))) is None:
                standard = own.invalid if own else texts.invalid_key
                leaving = await retries.again(talk, "invalid", standard)
            elif self.confirm and own and not await read_back(talk, own, keys, self.wait):
                leaving = retries.use("invalid")
            else:
                leaving = self._keep(talk, answer)
        return leaving

    @property
    def _kind(self) -> Kind:
        if self.pattern is not None:
            return self.pattern
        if self.as_ in FIXED:
            return FIXED[self.as_]
        length = self.length or DigitCount(most=12)
        return COUNTED[self.as_](length.least, length.most)

    def _circumstances(self, talk: Conversation) -> Circumstances:
        today = talk.now().astimezone(talk.organisation.time_zone).date()
        return Circumstances(today, regions_of(talk.organisation.number))

    def _keep(self, talk: Conversation, answer: Answer) -> Exit:
        talk.values[self.into] = Sensitive(answer) if self.sensitive else answer
        return Exit(self.then, "collected")
