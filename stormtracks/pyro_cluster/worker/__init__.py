"""One host's worker: the object that is called, the process around it, its slots, its name at the nameserver."""
