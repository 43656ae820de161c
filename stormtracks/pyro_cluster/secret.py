"""The cluster's secret: one file with a key and a certificate; whoever holds it is a member, nobody else is.

The certificate is signed by its own key and is the only one trusted, so there is no authority to run and no name to
look up: a peer proves that it holds the same file. It does not expire, because a host whose clock is wrong must not
be locked out over a weekend; `renew` replaces it, and every process started after that needs the new one.
"""

import base64
import contextlib
import datetime
import errno
import hashlib
import os
import ssl
import stat
from collections.abc import Iterator
from pathlib import Path

from stormtracks import disk, private
from stormtracks.errors import StormtracksError
from stormtracks.paths import expand, state_folder

ENVIRONMENT = "STORMTRACKS_SECRET"
NOT_BEFORE = datetime.datetime(2000, 1, 1)  # X.509 times are UTC
NOT_AFTER = datetime.datetime(9999, 12, 31, 23, 59, 59)  # RFC 5280's "no end" (4.1.2.5)


class SecretError(StormtracksError):
    """The secret is missing, not a secret, or not secret; the message says what to do."""


def secret_path() -> Path:
    """Where the secret lies: the environment's STORMTRACKS_SECRET, else secret.pem in the folder of the state."""
    given = os.environ.get(ENVIRONMENT)
    return expand(given, where=ENVIRONMENT) if given else state_folder() / "secret.pem"


def ensure(path: str | os.PathLike | None = None) -> Path:
    """The secret's file, created where it is missing; two first uses at once agree on one.

    Raises
    ------
    SecretError
        What is there is not a secret, or others may read it.
    """
    path = Path(path or secret_path())
    if not path.exists():
        with _writing(path), disk.beside(path) as new:
            disk.write_whole(new, _new(), mode=0o600)
            with contextlib.suppress(FileExistsError):
                os.link(new, path)  # unlike a rename, a link never replaces: the first secret stays
    return check(path)


def renew(path: str | os.PathLike | None = None) -> Path:
    """Replace the secret by a new one; processes started from now on reject the old one."""
    path = Path(path or secret_path())
    put(path, _new())
    return check(path)


def put(path: Path, content: bytes) -> None:
    """Put a secret's content in its place, in a folder that is ours.

    Raises
    ------
    private.NotOurs
    SecretError
        It cannot be written.
    """
    with _writing(path):
        disk.write_whole(path, content, mode=0o600)


def check(path: str | os.PathLike | None = None) -> Path:
    """The secret's file, refused unless it is a secret and only its owner can read it.

    Raises
    ------
    SecretError
    """
    path, _ = looked_at(path)
    certificate(path)
    return path


def looked_at(path: str | os.PathLike | None = None) -> tuple[Path, os.stat_result]:
    """The secret's file as far as it can be judged without opening it; as `check`."""
    path = Path(path or secret_path())
    try:
        found = path.stat()
    except FileNotFoundError:
        raise SecretError(
            f"no key: {path} does not exist; copy it to a worker's host with `fab start-workers`, or create it on the "
            "manager's host with `inv nameserver`"
        ) from None
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE):
            raise
        raise SecretError(
            f"the key {path} cannot be read: {error.strerror or error}; correct {ENVIRONMENT} or STORMTRACKS_HOME, or "
            "the folder's permissions"
        ) from error
    mode = stat.S_IMODE(found.st_mode)
    if mode & 0o077:
        raise SecretError(f"{path} can be read by others (mode {mode:04o}); run: chmod 600 {path}")
    if found.st_uid not in (os.geteuid(), 0):
        raise SecretError(
            f"{path} is owned by another user (uid {found.st_uid}) and cannot be trusted; delete it or copy the "
            "cluster's key here"
        )
    return path, found


def certificate(path: str | os.PathLike | None = None) -> bytes:
    """The certificate in the secret's file (DER)."""
    path = Path(path or secret_path())
    try:
        text = path.read_text(encoding="ascii")
        if "PRIVATE KEY" not in text:
            raise ValueError("no private key in it")
        return ssl.PEM_cert_to_DER_cert(text[text.index("-----BEGIN CERTIFICATE-----") :].strip())
    except (OSError, ValueError) as error:
        if getattr(error, "errno", None) in (errno.EMFILE, errno.ENFILE):
            raise  # this says nothing about the key
        raise SecretError(
            f"{path} is not a key of stormtracks ({error}); copy the cluster's key here, or delete the file"
        ) from error


def fingerprint(path: str | os.PathLike | None = None) -> str:
    """What may be shown of a secret, to see whether two are the same; written as SSH writes it."""
    digest = hashlib.sha256(certificate(path)).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


@contextlib.contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        private.folder(path.parent, f"or choose another file with {ENVIRONMENT}", common=True)
        yield
    except OSError as error:
        raise SecretError(
            f"the key cannot be written to {path}: {error.strerror or error}; free some space or make the folder "
            f"writable, or choose another file with {ENVIRONMENT}"
        ) from error


def _new() -> bytes:
    """Key and certificate as PEM. The extensions are those that OpenSSL's strict mode (Python 3.13) asks for."""
    from cryptography import x509  # imported here: 0.1 s that only the first use pays
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "stormtracks cluster")])
    usage = dict.fromkeys(
        (
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    # One certificate for both ends of a connection: each member listens and calls.
    both_ends = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    subject = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    certificate = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOT_BEFORE)
        .not_valid_after(NOT_AFTER)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(digital_signature=True, **usage), critical=True)
        .add_extension(x509.ExtendedKeyUsage(both_ends), critical=False)
        .add_extension(subject, critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(subject), critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("stormtracks")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)
