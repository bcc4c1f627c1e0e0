"""How fast AMI events are taken in, beside panoramisk and beside the least that must be done."""

from tests.load.ami.side_by_side import measure

__all__ = ["measure"]
