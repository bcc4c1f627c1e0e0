"""The figures beside the service level: waits, abandonment, estimates, handle time, occupancy."""

from __future__ import annotations

from monitoring.definitions.figure import Figure, Unit, sum_of
from monitoring.definitions.terms import (
    ABANDONED,
    ABANDONED_WAIT,
    ANSWERED,
    ANSWERED_WAIT,
    ESTIMATED,
    FLOWED_OUT,
    HANDLED,
    IN_RANGE,
    LONGER,
    SHORT_ABANDONED,
    SHORTER,
    SPENT,
    TALK,
    WRAPUP,
)
from store.doing import AgentState

ASA = Figure(
    "ASA",
    "average speed of answer",
    sum_of(ANSWERED_WAIT),
    sum_of(ANSWERED),
    "ICMI, Genesys: zero waits are in it, abandonments are not",
    Unit.SECONDS,
)
TIME_TO_ABANDON = Figure(
    "ATA",
    "average time to abandon",
    sum_of(ABANDONED_WAIT),
    sum_of(ABANDONED),
    "Genesys",
    Unit.SECONDS,
)
ABANDON_RATE = Figure(
    "AR",
    "abandon rate",
    sum_of(ABANDONED),
    sum_of(ANSWERED, ABANDONED, FLOWED_OUT),
    "Genesys: over all offered; contacts moved to a callback are not abandoned (Amazon Connect)",
)
SHORT_ABANDON_RATE = Figure(
    "ARs",
    "short abandons",
    sum_of(SHORT_ABANDONED),
    ABANDON_RATE.under,
    "ICMI: who hangs up within s seconds did not wait",
)
LONG_ABANDON_RATE = Figure(
    "AR>s",
    "abandon rate without short ones",
    ((1, ABANDONED), (-1, SHORT_ABANDONED)),
    (*ABANDON_RATE.under, (-1, SHORT_ABANDONED)),
    SHORT_ABANDON_RATE.source,
)
_OUR_OWN = "acd/estimate.py: of answered calls that had to wait; no published figure was found"
ESTIMATES_HELD = Figure(
    "EWT held",
    "estimates that held",
    sum_of(IN_RANGE),
    sum_of(ESTIMATED),
    _OUR_OWN,
)
ESTIMATE_ERROR = Figure(
    "EWT error",
    "mean error of estimates",
    sum_of(LONGER, SHORTER),
    sum_of(ESTIMATED),
    _OUR_OWN,
    Unit.SECONDS,
)
ESTIMATE_BIAS = Figure(
    "EWT bias",
    "bias of estimates",
    ((1, LONGER), (-1, SHORTER)),
    sum_of(ESTIMATED),
    _OUR_OWN,
    Unit.SECONDS,
)
HANDLE_TIME = Figure(
    "AHT",
    "average handle time",
    sum_of(TALK, WRAPUP),
    sum_of(HANDLED),
    "Genesys glossary; COPC: after-call work is part of it. Callbacks are handled contacts too",
    Unit.SECONDS,
)
_OCCUPIED = (
    SPENT[AgentState.TALKING],
    SPENT[AgentState.WRAPUP],
    SPENT[AgentState.DIALLING],
    SPENT[AgentState.OUTBOUND],
)
OCCUPANCY = Figure(
    "occupancy",
    "occupancy",
    sum_of(*_OCCUPIED),
    sum_of(*_OCCUPIED, SPENT[AgentState.READY], SPENT[AgentState.RESERVED]),
    "Call Centre Helper: breaks are outside; a ringing phone counts as waiting. Calls that agents"
    " make of their own accord are work, the dialling too (Genesys: outbound handle time)",
)
