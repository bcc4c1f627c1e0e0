"""Random histories of one organisation, one file for each of what may happen in them."""
