"""One host's worker: the object that is called, the process around it, its slots and its name at the nameserver."""
