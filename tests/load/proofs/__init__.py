"""Proofs at size: what is promised of faults, with sixty calls in the house. Run by `make load`."""
