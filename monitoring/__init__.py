"""Figures from events: metric names, gauges and what feeds them."""
