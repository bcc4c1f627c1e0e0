"""How fast contacts find an agent with the skills that they require, however many wait."""

from tests.load.skills.city import measure

__all__ = ["measure"]
