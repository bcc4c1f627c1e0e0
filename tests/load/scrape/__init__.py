"""What a scrape costs the controller, and how long it keeps calls waiting."""

from tests.load.scrape.city import measure

__all__ = ["measure"]
