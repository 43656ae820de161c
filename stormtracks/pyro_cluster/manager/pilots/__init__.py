"""Workers that are jobs of queues: more are asked for while work is left, and why one was lost is found out."""
