"""What the manager does: finds workers, gives out the tasks, watches heartbeats, shows how far the run is."""
