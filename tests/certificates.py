"""Certificates of servers that tests start: each signs itself, so that it is its own CA, too."""

import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(days=1)


def self_signed(subject: str, server: x509.GeneralName, *, days_ago: int = 0) -> tuple[bytes, bytes]:
    """The certificate of a server and its key, as PEM; it is right on the day before and after that day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    middle = datetime.datetime.now(datetime.UTC) - days_ago * DAY
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(middle - DAY)
        .not_valid_after(middle + DAY)
        .add_extension(x509.SubjectAlternativeName([server]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return made.public_bytes(encoding), key.private_bytes(encoding, form, serialization.NoEncryption())
