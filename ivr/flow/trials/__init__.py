"""Admins' own tests of their call trees: ``TREE.test.yaml`` beside ``TREE.yaml``.

A test says what is *given* (the time, the queues), what the caller does *when* asked, and what
shall *then* be heard and reached. It is played on a call in memory, in virtual time.
"""
