"""The checkout that the package lies in, with the sample, the shipped hosts.yaml and git; a wheel has none of them."""

from pathlib import Path

from stormtracks.errors import StormtracksError

CHECKOUT = Path(__file__).resolve().parents[1]


class NoCheckout(StormtracksError):
    """Something that only a checkout has is asked for where the package alone is installed."""


def shipped(name: str, instead: str = "run this in a clone of stormtracks") -> Path:
    """A file or folder that lies beside the package.

    Parameters
    ----------
    name : str
        Its path in the checkout.
    instead : str, optional
        What to do where it does not exist, for the message.

    Raises
    ------
    NoCheckout
        It does not exist: the package was installed without its checkout.
    """
    path = CHECKOUT / name
    if not path.exists():
        raise NoCheckout(f"{path} does not exist, because stormtracks was installed without its checkout; {instead}")
    return path
