"""What goes wrong with a host, in a sentence that says what to do."""


class HostFault(Exception):
    """One host cannot do what was asked; the others go on."""
