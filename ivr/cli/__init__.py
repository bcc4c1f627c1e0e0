"""The ``vaxel`` command."""
