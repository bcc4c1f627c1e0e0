"""The distributor against queueing theory in long runs, up to hundreds of agents."""

from tests.load.queueing.theory import measure

__all__ = ["measure"]
