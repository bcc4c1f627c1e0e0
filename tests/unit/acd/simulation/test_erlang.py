from __future__ import annotations

import math

import pytest

from acd.simulation.erlang import Expected, erlang_a, erlang_b, erlang_c


@pytest.mark.parametrize(
    ("load", "lines", "blocked"),
    [
        (8.108, 15, 0.01),  # Westbay's manual, "How much traffic can a trunk group handle?"
        # Tables of the Erlang loss formula, as ITU-T E.520 and textbooks print them:
        (4.461, 10, 0.01),
        (12.03, 20, 0.01),
        (37.90, 50, 0.01),
        (84.06, 100, 0.01),
        (5.084, 10, 0.02),
        (0.0101, 1, 0.01),
    ],
)
def test_the_loss_formula_agrees_with_its_printed_tables(
    load: float, lines: int, blocked: float
) -> None:
    assert erlang_b(load, lines) == pytest.approx(blocked, rel=2e-3)


@pytest.mark.parametrize("load", [0.5, 3.0, 12.0])
def test_the_recurrence_is_the_loss_formula(load: float) -> None:
    lines = 9
    terms = [load**k / math.factorial(k) for k in range(lines + 1)]
    assert erlang_b(load, lines) == pytest.approx(terms[-1] / sum(terms))


def test_a_hundred_calls_in_half_an_hour_need_fourteen_agents() -> None:
    # the example of R's package ErlangC and of pyworkforce, which print the same figures
    expected = erlang_c(100 / 1800, 180, 14, 20)
    assert expected.waiting == pytest.approx(0.1741319, abs=1e-6)
    assert expected.service_level == pytest.approx(0.88835, abs=1e-5)
    assert expected.speed_of_answer == pytest.approx(7.835937, abs=1e-5)
    assert expected.occupancy == pytest.approx(0.7142857, abs=1e-6)


def test_a_single_agent_is_the_queue_of_the_textbooks() -> None:
    expected = erlang_c(per_second=0.5, handle_s=1.0, agents=1, threshold_s=2.0)
    assert expected.waiting == pytest.approx(0.5)
    assert expected.speed_of_answer == pytest.approx(1.0)  # ρ / (µ - λ)
    assert expected.service_level == pytest.approx(1 - 0.5 * math.exp(-1))


def test_more_work_than_agents_has_no_steady_state_without_hanging_up() -> None:
    with pytest.raises(ValueError, match="cannot do the work"):
        erlang_c(per_second=1.0, handle_s=10.0, agents=10, threshold_s=20)


def test_fifty_agents_of_garnett_mandelbaum_and_reiman() -> None:
    # Designing a call center with impatient customers, M&SOM 4 (2002), table 1: 48 calls a minute
    # of one minute, 50 agents, patience 2 minutes. Erlang C says 20.8 s and 96 %; Erlang A 3.1 %
    # hang up, 3.7 s are waited in the mean over all callers, 93 % occupancy.
    patient = erlang_c(48 / 60, 60, 50, 20)
    assert patient.speed_of_answer == pytest.approx(20.8, abs=0.05)
    assert patient.occupancy == pytest.approx(0.96)
    real = erlang_a(48 / 60, 60, 50, 120, 20)
    assert real.abandon_rate == pytest.approx(0.031, abs=5e-4)
    assert real.abandon_rate * 120 == pytest.approx(3.7, abs=0.05)  # E[W] = P(abandon) / θ
    assert real.occupancy == pytest.approx(0.93, abs=5e-3)


@pytest.mark.parametrize("agents", [1, 4, 9])
@pytest.mark.parametrize("patience", [20.0, 300.0])
def test_erlang_a_is_the_birth_and_death_process_worked_out_by_hand(
    agents: int, patience: float
) -> None:
    per_second, handle, threshold = 0.05, 120.0, 15.0
    expected = erlang_a(per_second, handle, agents, patience, threshold)
    by_hand = _by_transitions(per_second, handle, agents, patience, threshold)
    for ours, theirs in zip(_values(expected), _values(by_hand), strict=True):
        assert ours == pytest.approx(theirs, rel=1e-3, abs=1e-7)


def test_callers_of_almost_endless_patience_wait_as_erlang_c_says() -> None:
    patient, almost = erlang_c(0.25, 180, 50, 20), erlang_a(0.25, 180, 50, 1e9, 20)
    for c, a in zip(_values(patient), _values(almost), strict=True):
        assert a == pytest.approx(c, rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("agents", [1_000, 5_000])
def test_thousands_of_agents_at_any_load_have_finite_figures(agents: int) -> None:
    for load in (0.5, 0.99, 1.01, 2.0):
        per_second = load * agents / 100
        for patience in (10.0, 1e3):
            expected = erlang_a(per_second, 100, agents, patience, 20)
            assert all(0 <= share <= 1 + 1e-9 for share in _shares(expected))
            if load >= 2:  # a fluid: what agents cannot do hangs up
                assert expected.abandon_rate == pytest.approx(1 - 1 / load, abs=0.02)
                # and all wait until so many of the patient are left as agents can take
                wait = patience * math.log(load)
                assert expected.speed_of_answer == pytest.approx(wait, rel=0.15, abs=0.5)
        if load < 1:
            assert erlang_c(per_second, 100, agents, 20).service_level <= 1


def test_nobody_waits_where_there_are_far_too_many_agents() -> None:
    expected = erlang_a(per_second=0.01, handle_s=100, agents=400, patience_s=60, threshold_s=20)
    assert expected == Expected(0.0, 1.0, 0.0, 0.0, 0.01 * 100 / 400)


def _shares(expected: Expected) -> tuple[float, ...]:
    return expected.waiting, expected.service_level, expected.abandon_rate, expected.occupancy


def _values(expected: Expected) -> tuple[float, ...]:
    return *_shares(expected), expected.speed_of_answer


def _by_transitions(
    per_second: float, handle: float, agents: int, patience: float, threshold: float
) -> Expected:
    """Detailed balance for who finds what, then first-step analysis of the way to the front."""
    serve, leave, states = agents / handle, 1 / patience, 200
    weights = [1.0]
    for n in range(1, agents + states):
        weights.append(
            weights[-1] * per_second / (min(n, agents) / handle + max(n - agents, 0) * leave)
        )
    shares = [weight / sum(weights) for weight in weights]
    finding, free = shares[agents:], sum(shares[:agents])

    answered, wait = [serve / (serve + leave)], [serve / (serve + leave) ** 2]
    for j in range(1, states):
        rate = serve + (j + 1) * leave
        on = (serve + j * leave) / rate  # somebody ahead goes, and not the caller
        answered.append(on * answered[-1])
        wait.append(answered[-1] / rate + on * wait[-1])

    # in small steps of time: having j ahead and being patient still
    ahead, in_time, step = list(finding), free, 0.005
    for _ in range(round(threshold / step)):
        in_time += ahead[0] * serve * step
        moved = [share * (serve + j * leave) * step for j, share in enumerate(ahead)]
        ahead = [
            share + on - off - share * leave * step
            for share, off, on in zip(ahead, moved, (*moved[1:], 0.0), strict=True)
        ]

    total = free + sum(map(math.prod, zip(finding, answered, strict=True)))
    return Expected(
        waiting=1 - free,
        service_level=in_time,
        abandon_rate=1 - total,
        speed_of_answer=sum(map(math.prod, zip(finding, wait, strict=True))) / total,
        occupancy=per_second * total * handle / agents,
    )
