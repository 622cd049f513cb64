"""The reason why a connection failed, without address or secret."""

from __future__ import annotations

_UNTRUSTED = {
    9: "is not valid yet",
    10: "has expired",
    18: "is self-signed",
    19: "is not signed by a trusted authority",
    20: "is not signed by a trusted authority",
    21: "is not signed by a trusted authority",
    62: "is for another host",
    64: "is for another address",
}
"""Source: OpenSSL, X509_verify_cert_error_string."""


def describe_failure(error: BaseException) -> str:
    """The reason for a failed connection: `it refused the connection`."""
    import socket
    import ssl

    if isinstance(error, ssl.SSLCertVerificationError):
        why = _UNTRUSTED.get(error.verify_code, f"is refused (X.509 error {error.verify_code})")
        return f"its certificate {why}"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed ({(error.reason or 'no reason given').lower().replace('_', ' ')})"
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    if isinstance(error, socket.gaierror | UnicodeError):
        return "its host is not found"
    if isinstance(error, ConnectionRefusedError):
        return "it refused the connection"
    if isinstance(error, ConnectionError):
        return "it closed the connection"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror[:1].lower() + error.strerror[1:]
    return "its answer violates the protocol"
