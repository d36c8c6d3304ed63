"""The key that the processes of one embedded cluster know each other by."""

from __future__ import annotations

import datetime
import ssl

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from distributed import Security

# Whatever the clock is set to: a worker that is started after a jump of the clock must still be let in.
_VALID_FROM = datetime.datetime(2000, 1, 1)
_VALID_UNTIL = datetime.datetime(9999, 1, 1)


def temporary_security() -> Security:
    """TLS in both directions with a new key, which exists in memory only: nobody without it can connect.

    As `Security.temporary` of Dask, but quicker to make (an elliptic curve), and not only valid for a year from now.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "explorer")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_VALID_FROM)
        .not_valid_after(_VALID_UNTIL)
        .sign(key, hashes.SHA256())
    )
    certificate_text = certificate.public_bytes(serialization.Encoding.PEM).decode()
    key_text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    roles = ("client", "scheduler", "worker")
    return Security(
        require_encryption=True,
        tls_ca_file=certificate_text,
        tls_min_version=ssl.TLSVersion.TLSv1_3,
        **{f"tls_{role}_cert": certificate_text for role in roles},
        **{f"tls_{role}_key": key_text for role in roles},
    )
