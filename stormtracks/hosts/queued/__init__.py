"""What operators type for worker entries with a queue: one line per job where other entries have one per host."""
