"""What a run has done, on the manager's disk: written by one manager, read by any process."""
