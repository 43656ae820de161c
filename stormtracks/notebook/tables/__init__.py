"""Tracks as `columns`, and what is made of them: `frames`, `datasets`, `shapes`, each by a `library` loaded late."""
