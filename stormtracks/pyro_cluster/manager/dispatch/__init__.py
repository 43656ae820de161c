"""Giving out the work: the engine of the manager, and the rules and books that it goes by."""
