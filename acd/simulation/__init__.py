"""A contact centre in virtual time, on the very scripts that the product runs.

Time is an argument of every script, so a day of calls runs in seconds: callers come, wait, give up
and talk by chance, and :class:`acd.distributor.Distributor` on a Redis of its own decides who talks
to whom. It answers a planner's "what if", and proves the distributor against queueing theory
(:mod:`acd.simulation.erlang`).

    with Simulator() as simulator:
        outcome = simulator.run(scenario, Plan.of_calls(scenario, 5_000, seed=1))
"""
