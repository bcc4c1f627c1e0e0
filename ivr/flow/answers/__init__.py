"""What a caller may be asked to key in, one module a kind: which keys are one, which are none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from ivr.flow.answers.cpr import Cpr
from ivr.flow.answers.date import Date
from ivr.flow.answers.digits import Digits, Number
from ivr.flow.answers.kind import Kind
from ivr.flow.answers.personnummer import Personnummer
from ivr.flow.answers.phone import Phone

COUNTED: Mapping[str, Callable[[int, int], Kind]] = MappingProxyType(
    {"digits": Digits, "number": Number}
)
"""Kinds of any length, made of the least and the most digits."""

FIXED: Mapping[str, Kind] = MappingProxyType(
    {"date": Date(), "personnummer": Personnummer(), "cpr": Cpr(), "phone": Phone()}
)
"""Kinds that need nothing more to be known."""

CASE_NUMBER = "case_number"
"""The kind that needs a pattern, :class:`ivr.flow.answers.case_number.CaseNumber`."""

KINDS = (*COUNTED, *FIXED, CASE_NUMBER)
