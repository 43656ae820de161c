"""Room 2: a schedule, the machines that work it off, and how they talk. Knows nothing of storms."""
