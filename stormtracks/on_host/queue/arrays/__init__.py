"""The arrays of jobs of an entry: what is known of them, and how the queue is told and asked."""
