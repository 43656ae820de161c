"""Makes each Python process that has this folder on its path one on a file system that cannot lock."""

import errno
import fcntl


def refuse(*_):
    """What the kernel says on an NFS mount without a lock service, and on some parallel file systems."""
    raise OSError(errno.ENOLCK, "No locks available")


fcntl.flock = refuse
