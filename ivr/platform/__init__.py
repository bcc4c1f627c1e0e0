"""The machine below: install, render, start, watch and stop what a platform needs."""
