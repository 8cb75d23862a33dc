"""How a JVM reaches the network as Python does: certificate authorities and proxy. Only the jar resolver does."""

from __future__ import annotations

import os
import re
import ssl
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from cryptography import x509

# A trust store holds public certificates only; Java wants a password for its integrity check.
STORE_PASSWORD = "changeit"  # noqa: S105 - not a secret


def trust_options(folder: Path) -> list[str]:
    """JVM options that trust the authorities Python trusts, through a store written into `folder`.

    Empty when there is no PEM bundle or `cryptography` is missing; Java's own authorities apply then.
    """
    bundle = os.environ.get("SSL_CERT_FILE") or ssl.get_default_verify_paths().cafile
    if not bundle or not Path(bundle).is_file():
        return []
    try:
        store = java_truststore(Path(bundle).read_bytes())
    except ImportError:
        return []
    path = folder / "trust.p12"
    path.write_bytes(store)
    return [
        f"-Djavax.net.ssl.trustStore={path}",
        "-Djavax.net.ssl.trustStoreType=PKCS12",
        f"-Djavax.net.ssl.trustStorePassword={STORE_PASSWORD}",
    ]


def java_truststore(pem: bytes) -> bytes:
    """A PKCS12 store that Java accepts, with every certificate of a PEM bundle that is well formed."""
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

    blocks = re.findall(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", pem, re.DOTALL)
    entries = [
        pkcs12.PKCS12Certificate(certificate, str(number).encode())
        for number, block in enumerate(blocks)
        if (certificate := load_certificate(block))
    ]
    return pkcs12.serialize_java_truststore(entries, BestAvailableEncryption(STORE_PASSWORD.encode()))


def load_certificate(pem: bytes) -> x509.Certificate | None:
    """A certificate, None if it breaks the standard: old authorities with a serial number of zero are still about."""
    from cryptography import x509

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return x509.load_pem_x509_certificate(pem)
        except ValueError:
            return None


def proxy_options(environ: Mapping[str, str]) -> list[str]:
    """JVM options for the proxies that HTTPS_PROXY, HTTP_PROXY and NO_PROXY name, which Java does not read itself."""
    options = []
    for scheme in ("https", "http"):
        url = environ.get(f"{scheme}_proxy") or environ.get(f"{scheme.upper()}_PROXY")
        proxy = urlsplit(url if "//" in url else f"//{url}") if url else None
        if proxy and proxy.hostname:
            options += [f"-D{scheme}.proxyHost={proxy.hostname}", f"-D{scheme}.proxyPort={proxy.port or 80}"]
    direct = environ.get("no_proxy") or environ.get("NO_PROXY")
    if options and direct:
        hosts = [host.strip() for host in direct.split(",") if host.strip()]
        options.append("-Dhttp.nonProxyHosts=" + "|".join(f"*{h}" if h.startswith(".") else h for h in hosts))
    return options
