"""Service level by each formula in use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from monitoring.definitions.figure import Figure, sum_of
from monitoring.definitions.terms import (
    ABANDONED,
    ABANDONED_IN_TIME,
    ANSWERED,
    ANSWERED_IN_TIME,
    FLOWED_OUT,
    SHORT_ABANDONED,
    Term,
)
from monitoring.errors import UnknownFormula

_ENDED = sum_of(ANSWERED, ABANDONED)

SERVICE_LEVELS: Mapping[str, Figure] = {
    figure.code: figure
    for figure in (
        Figure(
            "F1",
            "service level F1 (abandons help)",
            sum_of(ANSWERED_IN_TIME, ABANDONED_IN_TIME),
            _ENDED,
            "ICMI no. 1; Cisco's positive impact; app_queue's second level",
        ),
        Figure(
            "F2",
            "service level F2 (answered only)",
            sum_of(ANSWERED_IN_TIME),
            sum_of(ANSWERED),
            "ICMI no. 2, advised against: who gives up is not seen; app_queue's first level",
        ),
        Figure(
            "F3",
            "service level F3 (all abandons hurt)",
            sum_of(ANSWERED_IN_TIME),
            _ENDED,
            "ICMI no. 3; Cisco's negative impact; Genesys with no switch used",
        ),
        Figure(
            "F4",
            "service level F4 (early abandons dropped)",
            sum_of(ANSWERED_IN_TIME),
            (*_ENDED, (-1, ABANDONED_IN_TIME)),
            "ICMI no. 4; Cisco's calls ignored; Bright Pattern",
        ),
        Figure(
            "F5",
            "service level F5 (short calls help)",
            sum_of(ANSWERED_IN_TIME, SHORT_ABANDONED),
            _ENDED,
            "ICMI no. 5",
        ),
        Figure(
            "F6",
            "service level F6 (switchable)",
            sum_of(ANSWERED_IN_TIME),
            _ENDED,
            "Genesys, the service level as configured: +FO counts flow-outs as failed, -SA drops"
            " short abandonments, -AB drops all",
        ),
    )
}
"""Service level by each formula in use; F6 has switches, see :func:`formula`."""

_SWITCHES: Mapping[str, tuple[int, Term]] = {
    "+FO": (1, FLOWED_OUT),
    "-SA": (-1, SHORT_ABANDONED),
    "-AB": (-1, ABANDONED),
}


def formula(name: str) -> Figure:
    """The service level of a name: ``F1`` to ``F6``, and F6 with switches: ``F6+FO-SA``.

    Raises:
        UnknownFormula: No formula is called so, or its switches contradict each other.
    """
    known = SERVICE_LEVELS.get(name)
    if known is not None:
        return known
    base, switches = name[:2], [name[at : at + 3] for at in range(2, len(name), 3)]
    chosen = [switch for switch in _SWITCHES if switch in switches]
    both = {"-SA", "-AB"} <= set(chosen)  # the short ones would be taken out twice
    if base != "F6" or sorted(chosen) != sorted(switches) or both:
        raise UnknownFormula(name)
    level = SERVICE_LEVELS["F6"]
    under = (*level.under, *(_SWITCHES[switch] for switch in chosen))
    code = "F6" + "".join(chosen)
    return replace(level, code=code, name=f"service level {code} (switched)", under=under)
