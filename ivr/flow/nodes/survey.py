"""``survey``: ask callers what they think, by key from 1 to 5 and in their own words."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, ClassVar, Self

from pydantic import BeforeValidator, model_validator

from ivr.flow.asking import Repeat, Wait, press
from ivr.flow.call import MessageRequest
from ivr.flow.faults import Strict, fault, faults
from ivr.flow.lengths import Length
from ivr.flow.survey_answer import SurveyAnswer, SurveyQuestion
from ivr.flow.texts import Text
from ivr.flow.tree import Exit, Node
from ivr.flow.vocabulary import Identifier, NotEmpty, Target, Variable

if TYPE_CHECKING:
    from ivr.flow.conversation import Conversation

SCORES = "12345"


class QuestionKind(StrEnum):
    """How a question is answered."""

    SCORE = "score"  # a key from 1 to 5
    SPEECH = "speech"  # in the caller's words, after a beep


def _known(value: object) -> object:
    if isinstance(value, str) and value not in set(QuestionKind):
        message = f"“{value}” is no kind of question"
        raise fault("unknown_question", message, name=value, known=QuestionKind)
    return value


class Question(Strict):
    """One question.

    Attributes:
        id: Its name in figures, the same for ever.
        ask: The question.
        kind: How it is answered.
        into: The variable that is given a score.
        max_length: Of an answer in the caller's words, in seconds.
    """

    id: Identifier
    ask: Text
    kind: Annotated[QuestionKind, BeforeValidator(_known)] = QuestionKind.SCORE
    into: Variable | None = None
    max_length: Annotated[float, Length(5, 300)] = 60

    @model_validator(mode="after")
    def _speech_is_no_value(self) -> Self:
        if self.kind is QuestionKind.SPEECH and self.into is not None:
            raise fault(
                "speech_into",
                "an answer in the caller's words is no value",
                advice="remove “into”, or make it a score",
            )
        return self


class Survey(Node):
    """Ask one question after the other; a caller who does not answer one hears the next.

    Attributes:
        survey: Its name; what callers say is kept under it, as messages are.
        questions: The questions.
        wait: Seconds to wait for a score.
        repeat: How often a question for a score is asked again.
        then: Where to go on.
    """

    verb: ClassVar[str] = "survey"
    example: ClassVar[str] = """
rating:
  survey: after-call
  questions:
    - id: helpful
      ask: {sv: "Hur nöjd är du, från 1 till 5?", en: "How satisfied are you, from 1 to 5?"}
      into: score
    - id: words
      ask: {sv: Berätta gärna mer efter tonen., en: Tell us more after the tone.}
      kind: speech
  then: goodbye
"""
    needs: ClassVar[str] = "survey"

    survey: Identifier
    questions: Annotated[tuple[Question, ...], NotEmpty]
    wait: Wait = 5
    repeat: Repeat = 1
    then: Target

    @model_validator(mode="after")
    def _each_question_once(self) -> Self:
        ids = [question.id for question in self.questions]
        faults(
            "Survey",
            [
                (("questions", index, "id"), fault("question_twice", f"“{name}” is given twice"))
                for index, name in enumerate(ids)
                if name in ids[:index]
            ],
        )
        return self

    async def run(self, talk: Conversation) -> Exit:
        """Ask all of them and say thank you."""
        given = 0
        for question in self.questions:
            await talk.tell(SurveyQuestion(self.survey, question.id))
            if question.kind is QuestionKind.SCORE:
                answer = await self._score(talk, question)
            else:
                answer = await self._speech(talk, question)
            if answer is not None:
                given += 1
                await talk.tell(answer)
        if talk.organisation.texts.survey is not None:
            await talk.say(talk.organisation.texts.survey.thanks)
        return Exit(self.then, "answered" if given else "unanswered")

    async def _score(self, talk: Conversation, question: Question) -> SurveyAnswer | None:
        texts = talk.organisation.texts.survey
        for _ in range(self.repeat + 1):
            key = await press(talk, [(question.ask, talk.language)], self.wait)
            if key and key in SCORES:
                if question.into is not None:
                    talk.values[question.into] = int(key)
                return SurveyAnswer(self.survey, question.id, score=int(key))
            if key and texts is not None:
                await talk.say(texts.invalid)
        return None

    async def _speech(self, talk: Conversation, question: Question) -> SurveyAnswer | None:
        await talk.say(question.ask)
        request = MessageRequest(self.survey, talk.language, max_seconds=question.max_length)
        message = await talk.call.record(request)
        if not message.id:
            return None
        return SurveyAnswer(self.survey, question.id, seconds=message.seconds)
