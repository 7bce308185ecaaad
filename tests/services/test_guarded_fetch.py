"""What a typed-in address may lead to: public addresses over https, bounded, and nothing else."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from services import guarded_fetch
from services.clock import real_now
from services.errors import CalendarUnread
from tests.stand_ins.file_server import Files, serving

PRIVATE = """
    127.0.0.1 127.8.8.8 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 0.0.0.0 100.64.0.1 192.0.2.1
    198.18.0.1 224.0.0.1 255.255.255.255 ::1 :: fe80::1 fc00::1 fd12::1 ff02::1 ::ffff:127.0.0.1 ::ffff:8.8.8.8
    64:ff9b::7f00:1 64:ff9b::808:808 2002:7f00:1:: 2001:0:1::1 2001:db8::1 nonsense
""".split()  # noqa: SIM905  easier to read


@pytest.fixture
def files() -> Iterator[Files]:
    with serving() as made:
        yield made


def code(url: str, *, loopback: bool = False) -> str:
    with pytest.raises(CalendarUnread) as wrong:
        guarded_fetch.fetch(url, loopback=loopback)
    return wrong.value.code


@pytest.mark.parametrize("address", PRIVATE)
def test_no_address_inside_a_network_is_public(address: str) -> None:
    assert not guarded_fetch.is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "81.2.69.142"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert guarded_fetch.is_public(address)


@given(st.ip_addresses(v=4) | st.ip_addresses(v=6))
def test_whatever_is_public_is_global(ip: Any) -> None:
    assert not guarded_fetch.is_public(str(ip)) or ip.is_global


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://example.org/a.ics",
        "ftp://example.org",
        "file:///etc/passwd",
        "https://",
        "https://a:b@example.org/",
        "https://[::1",
        "https://example.org:22/",
        "https://example.org:99999/",
        "https://example.org/ b",
        "https://example.org/\r\nX: y",
        "javascript:alert(1)",
        "https://exämple.org/",
        f"https://example.org/{'a' * 2000}",
        "//example.org/a",
    ],
)
def test_only_a_plain_https_address_is_taken(url: str) -> None:
    assert code(url) == "not_https"


def test_webcal_is_https() -> None:
    assert guarded_fetch.tidy(" webcal://example.org/a.ics ") == "https://example.org/a.ics"


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "169.254.169.254", "10.1.1.1"]
)
def test_a_private_address_is_never_connected_to(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: pytest.fail("it was connected to"))
    assert code(f"https://{host}/a.ics") in {"not_public", "unavailable"}


def names(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> None:
    """What a name means, each time it is looked up."""
    told = iter(answers)

    def look_up(host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in next(told)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


def test_a_name_with_one_private_address_among_public_ones_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, ["8.8.8.8", "10.0.0.1"])
    assert code("https://mixed.example/a.ics") == "not_public"


def test_a_name_that_changes_its_meaning_gains_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is looked up once, and the connection goes to what was checked."""
    gone_to: list[tuple[str, int]] = []

    def connect(where: tuple[str, int], **_: Any) -> Any:
        gone_to.append(where)
        raise OSError

    names(monkeypatch, ["8.8.8.8"], ["127.0.0.1"])
    monkeypatch.setattr(socket, "create_connection", connect)
    assert code("https://rebinding.example/a.ics") == "unavailable"
    assert gone_to == [("8.8.8.8", 443)]


def test_a_redirect_is_checked_like_the_first_address(files: Files) -> None:
    files.answers = {"/a": (302, b"/b"), "/b": (200, b"found"), "/in": (302, b"http://169.254.169.254/meta")}
    files.answers |= {"/file": (302, b"file:///etc/passwd"), "/round": (302, b"/round"), "/none": (302, b"")}
    assert guarded_fetch.fetch(f"{files.url}/a", loopback=True) == b"found"
    assert code(f"{files.url}/in", loopback=True) == "not_public"
    assert code(f"{files.url}/file", loopback=True) == "not_https"
    assert code(f"{files.url}/round", loopback=True) == "unavailable"
    assert files.asked.count("/round") == 4


def test_without_the_setting_this_machine_is_not_asked(files: Files) -> None:
    assert code(files.url) == "not_https"
    assert code(files.url.replace("http:", "https:")) == "not_https", "nor another port"
    assert files.asked == []


def test_a_file_has_a_bound(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarded_fetch, "MOST_BYTES", 1000)
    files.answers = {"/small": (200, b"x" * 1000), "/big": (200, b"x" * 1001)}
    assert len(guarded_fetch.fetch(f"{files.url}/small", loopback=True)) == 1000
    assert code(f"{files.url}/big", loopback=True) == "too_big"


def test_a_server_that_drips_is_cut_off(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarded_fetch, "SECONDS", 1.0)
    files.answers, files.drips = {"/": (200, b"x" * 2000)}, True
    assert code(f"{files.url}/", loopback=True) == "slow"
    assert files.given < 2000, "it was read to its end"


def test_half_a_file_is_no_file(files: Files) -> None:
    files.answers, files.cut = {"/": (200, b"BEGIN:VCALENDAR")}, True
    assert code(f"{files.url}/", loopback=True) == "unavailable"


@pytest.mark.parametrize(("status", "why"), [(404, "not_found"), (401, "not_allowed"), (500, "unavailable")])
def test_what_the_server_says_is_told(files: Files, status: int, why: str) -> None:
    files.answers = {"/": (status, b"")}
    assert code(f"{files.url}/", loopback=True) == why


def test_a_certificate_of_nobody_is_refused(files: Files) -> None:
    assert code(files.url.replace("http:", "https:"), loopback=True) == "unavailable"


def certificate_of(name: str, folder: Path) -> Path:
    """A key and a certificate of a name, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = real_now()
    made = (
        x509.CertificateBuilder(who, who, key.public_key(), 1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = folder / f"{name}.pem"
    file.write_bytes(secret + made.public_bytes(pem))
    return file


@pytest.mark.parametrize(("name", "trusted"), [("localhost", True), ("localhost", False), ("another.example", True)])
def test_a_server_must_prove_its_name(
    name: str, trusted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = certificate_of(name, tmp_path)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with serving(certificate) as secure:
        secure.answers = {"/a.ics": (200, b"found")}
        if name == "localhost" and trusted:
            assert guarded_fetch.fetch(f"{secure.url}/a.ics", loopback=True) == b"found"
        else:
            assert code(f"{secure.url}/a.ics", loopback=True) == "unavailable"
            assert secure.asked == []
