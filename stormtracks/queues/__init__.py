"""Queueing systems: the command lines that ask them, and what their answers and their jobs' variables mean.

Pure strings and values; who runs the commands is `on_host.queue`.
"""
