"""Queueing theory's formulas for a contact centre: Erlang B, C and A. Times in seconds.

All assume that calls arrive as a Poisson process and that handle times are exponential. C lets
callers wait for ever; A lets them hang up after an exponential time. Both serve in the order of
arrival. The recurrences only add and multiply positive numbers at most 1, thus neither overflow
nor cancel at thousands of agents.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

_NEGLIGIBLE = 1e-16
_HUGE = 1e100
_STEPS = 2_000  # of the integral over waiting times; an even number


def erlang_b(load: float, lines: int) -> float:
    """The probability that all lines are taken, when nobody waits.

    Erlang's recurrence B(0) = 1, B(c) = aB(c-1) / (c + aB(c-1)), e.g. in Cooper, Introduction to
    Queueing Theory, 2nd ed. 1981, section 3.3.

    Args:
        load: Offered traffic a, erlangs: arrivals times their mean duration.
        lines: c.
    """
    blocked = 1.0
    for line in range(1, lines + 1):
        blocked = load * blocked / (line + load * blocked)
    return blocked


@dataclass(frozen=True, slots=True)
class Expected:
    """What theory foretells.

    Attributes:
        waiting: Probability that a call has to wait.
        service_level: AN≤T / offered, as :class:`acd.simulation.figures.Figures` has it.
        abandon_rate: AB / offered.
        speed_of_answer: Mean wait of the answered, seconds.
        occupancy: Share of their time that agents are busy.
    """

    waiting: float
    service_level: float
    abandon_rate: float
    speed_of_answer: float
    occupancy: float


def erlang_c(per_second: float, handle_s: float, agents: int, threshold_s: float) -> Expected:
    """M/M/c.

    P(wait) = cB / (c - a(1 - B)); waits are exponential with rate (c - a) / handle time (Cooper,
    section 3.4).

    Raises:
        ValueError: More comes in than agents can do.
    """
    load = per_second * handle_s
    if load >= agents:
        raise ValueError(f"{agents} agents cannot do the work of {load:.1f}")
    blocked = erlang_b(load, agents)
    waiting = agents * blocked / (agents - load * (1 - blocked))
    rate = (agents - load) / handle_s
    return Expected(
        waiting=waiting,
        service_level=1 - waiting * math.exp(-rate * threshold_s),
        abandon_rate=0.0,
        speed_of_answer=waiting / rate,
        occupancy=load / agents,
    )


def erlang_a(
    per_second: float, handle_s: float, agents: int, patience_s: float, threshold_s: float
) -> Expected:
    """M/M/c+M, Palm's model: Mandelbaum and Zeltyn, The Palm/Erlang-A queue, 2005, section 4.

    The number of calls is a birth-and-death process: with j in line the next leaves it at rate
    cµ + jθ. Whoever comes as the j-th in line therefore stays for the sum of 1 / (cµ + kθ), k = 1
    to j, in the mean, and is answered with probability cµ / (cµ + jθ), whatever that time was. How
    many are answered within T is an integral over the wait of a caller of unending patience, of
    density cµ π(c) exp(λ(1 - exp(-θt)) / θ - cµt) (Baccelli and Hebuterne, On queues with impatient
    customers, 1981); the caller's own patience must last as long.

    Args:
        per_second: Arrivals λ.
        handle_s: Mean handle time 1/µ.
        agents: c, at least 1.
        patience_s: Mean patience 1/θ.
        threshold_s: T.
    """
    leave, serve = 1 / patience_s, agents / handle_s
    # Sums over π(c+j) / π(c), which may exceed any float: all are in units of exp(`scale`).
    scale, share = 0.0, 1.0
    blocked = erlang_b(per_second * handle_s, agents)
    if blocked < _NEGLIGIBLE:
        return Expected(0.0, 1.0, 0.0, 0.0, per_second * handle_s / agents)
    up_to_full = 1 / blocked
    busy, line, answered, wait, ahead = 0.0, 0.0, 0.0, 0.0, 0.0
    number = 0
    while share > _NEGLIGIBLE * (up_to_full + busy) or per_second > serve + number * leave:
        # all agents are busy and `number` wait: what becomes of one who comes now
        busy += share
        line += number * share
        number += 1
        ahead += 1 / (serve + number * leave)
        patient = share * serve / (serve + number * leave)
        answered += patient
        wait += patient * ahead
        share *= per_second / (serve + number * leave)
        if share > _HUGE:
            scale += math.log(_HUGE)
            share, up_to_full, busy, line, answered, wait = (
                value / _HUGE for value in (share, up_to_full, busy, line, answered, wait)
            )
    # `up_to_full` and `busy` both hold the state c
    total = up_to_full + busy - math.exp(-scale)
    waiting = busy / total
    answered_rate = 1 - waiting + answered / total

    peak = math.log(serve / total) - scale  # of cµ π(c)

    def log_density(t: float) -> float:
        return peak - per_second * math.expm1(-leave * t) / leave - (serve + leave) * t

    # The density rises to its summit and falls from there: leave out where it is as good as 0.
    summit = max(math.log(per_second / (serve + leave)) / leave, 0.0)
    end = threshold_s
    while end / 2 > summit and log_density(end / 2) < math.log(_NEGLIGIBLE):
        end /= 2
    in_time = _integral(lambda t: math.exp(log_density(t)), end)
    return Expected(
        waiting=waiting,
        service_level=1 - waiting + in_time,
        abandon_rate=leave * line / total / per_second,
        speed_of_answer=wait / total / answered_rate,
        occupancy=per_second * answered_rate * handle_s / agents,
    )


def _integral(f: Callable[[float], float], end: float) -> float:
    """From 0, by Simpson's rule."""
    step = end / _STEPS
    inner = math.fsum((4 if n % 2 else 2) * f(n * step) for n in range(1, _STEPS))
    return (f(0.0) + inner + f(end)) * step / 3
