"""The actions for worker entries with a queue, on the host where its commands are: the login node, or this machine."""
