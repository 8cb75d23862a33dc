"""A JVM trusts the authorities and uses the proxy that Python does."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

from kit.runtime import trust

BROKEN = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"


def authority(name: str) -> x509.Certificate:
    """A self-signed certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    start = dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc)
    built = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    built = built.serial_number(x509.random_serial_number()).not_valid_before(start)
    return built.not_valid_after(start + dt.timedelta(days=9999)).sign(key, hashes.SHA256())


def test_every_sound_certificate_of_the_bundle_is_in_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [authority("one"), authority("two")]
    bundle = tmp_path / "ca.pem"
    bundle.write_bytes(made[0].public_bytes(Encoding.PEM) + BROKEN + made[1].public_bytes(Encoding.PEM))
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    options = trust.trust_options(tmp_path)
    assert f"-Djavax.net.ssl.trustStore={tmp_path / 'trust.p12'}" in options
    store = pkcs12.load_pkcs12((tmp_path / "trust.p12").read_bytes(), trust.STORE_PASSWORD.encode())
    assert [found.certificate for found in store.additional_certs] == made


def test_without_a_bundle_java_keeps_its_own_authorities(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    assert trust.trust_options(tmp_path) == []


@pytest.mark.parametrize(
    ("environ", "options"),
    [
        ({}, []),
        ({"NO_PROXY": "localhost"}, []),
        ({"HTTPS_PROXY": "http://proxy:3128"}, ["-Dhttps.proxyHost=proxy", "-Dhttps.proxyPort=3128"]),
        ({"http_proxy": "proxy"}, ["-Dhttp.proxyHost=proxy", "-Dhttp.proxyPort=80"]),
        (
            {"https_proxy": "http://p:1", "no_proxy": "localhost, .corp"},
            ["-Dhttps.proxyHost=p", "-Dhttps.proxyPort=1", "-Dhttp.nonProxyHosts=localhost|*.corp"],
        ),
    ],
)
def test_proxies_of_the_environment_become_options(environ: dict[str, str], options: list[str]) -> None:
    assert trust.proxy_options(environ) == options
