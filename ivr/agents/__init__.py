"""Agents wherever they are: their phones here, at other nodes and outside."""
