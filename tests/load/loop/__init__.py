"""How long a call waits for the controller's attention while others speak, wait and talk."""

from tests.load.loop.delay import measure

__all__ = ["measure"]
