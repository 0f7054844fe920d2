"""The cluster is reached by TLS and with a key when the settings say so, from one place alone."""

import asyncio
import ipaddress
import os
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from temporalio.service import RPCError

import temporal_client
from local.stack import Stack
from settings import Settings

ROOT = Path(__file__).parent.parent
OURS = {"local/temporal_cluster.py", "local/virtual_time.py"}
"""Who else connects: to servers of our own, whatever the settings say."""
KEY = "keyareaakey"
HUFFMAN = {
    " ": "010100",
    "B": "1011101",
    "a": "00011",
    "e": "00101",
    "k": "1110101",
    "r": "101100",
    "y": "1111010",
    "d": "100100",
}
"""How HTTP/2 writes these letters of a header (RFC 7541, appendix B)."""


@dataclass
class Front:
    """A server that ends TLS before Temporal, as Temporal Cloud does, and notes what it heard."""

    certificate: Path
    address: str = ""
    heard: bytearray = field(default_factory=bytearray)
    greeted: int = 0

    def told(self, **more: Any) -> Settings:
        """The settings of a process that is to use it."""
        return Settings(temporal_address=self.address, **more)


@pytest.fixture
async def front(temporal_address: str, tmp_path: Path) -> AsyncIterator[Front]:
    """It speaks for 127.0.0.1, and nobody has reason to trust it yet."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    _certify(key, certificate)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    context.set_alpn_protocols(["h2"])
    front = Front(certificate)
    host, _, port = temporal_address.rpartition(":")

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        front.greeted += 1
        there, here = await asyncio.open_connection(host, int(port))
        await asyncio.gather(_pour(reader, here, front.heard), _pour(there, writer))

    server = await asyncio.start_server(pass_on, "127.0.0.1", 0, ssl=context)
    front.address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield front
    server.close()


@pytest.fixture
def trusted(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine trusts whoever signed its certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(front.certificate))


@pytest.mark.usefixtures("trusted")
async def test_a_cluster_that_speaks_tls_is_reached_by_tls(front: Front) -> None:
    """All that follows goes through it; without a key none is sent."""
    client = await temporal_client.connect(front.told(temporal_tls=True))
    assert (await client.count_workflows("CaseState = 'open'")).count >= 0
    assert front.greeted and front.heard.startswith(b"PRI * HTTP/2.0")
    assert _huffman("Bearer ")[:-1] not in front.heard


@pytest.mark.usefixtures("trusted")
async def test_the_api_key_travels_with_each_call_and_by_tls_alone(front: Front) -> None:
    """As the bearer token that Temporal Cloud asks for, though nobody said TLS."""
    client = await temporal_client.connect(front.told(temporal_api_key=KEY))
    assert (await client.count_workflows("CaseState = 'open'")).count >= 0
    assert _huffman(f"Bearer {KEY}") in front.heard


@pytest.mark.usefixtures("trusted")
async def test_a_command_reads_it_from_its_environment(front: Front) -> None:
    """As all processes do: `TEMPORAL_TLS` and `TEMPORAL_API_KEY`."""
    command = [sys.executable, "-m", "cli", "search-attributes"]
    kept = {k: v for k, v in os.environ.items() if not k.startswith("TEMPORAL_")}
    told = {"TEMPORAL_ADDRESS": front.address, "TEMPORAL_TLS": "true", "TEMPORAL_API_KEY": KEY}
    run = await asyncio.create_subprocess_exec(
        *command, env=kept | told, cwd=ROOT, stdout=subprocess.PIPE
    )
    said, _ = await run.communicate()
    assert (run.returncode, said) == (0, b"Registered: none was missing\n")
    assert _huffman(f"Bearer {KEY}") in front.heard


async def test_a_server_that_cannot_prove_its_name_hears_nothing(front: Front) -> None:
    """Least of all the key."""
    with pytest.raises(RuntimeError):
        await temporal_client.connect(front.told(temporal_api_key=KEY))
    assert not front.heard


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("key", [None, ""])
async def test_nobody_speaks_tls_unasked(front: Front, key: str | None) -> None:
    """As before; a key that is set to nothing is none."""
    with pytest.raises((RuntimeError, RPCError)):
        await temporal_client.connect(front.told(temporal_api_key=key))
    assert not front.greeted


def test_a_key_is_not_shown() -> None:
    """Whoever prints the settings prints no secret."""
    assert KEY not in str(Settings(temporal_api_key=KEY))


def test_a_server_of_our_own_needs_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """`make run` starts one though the shell is set up for another; that one gets them all."""
    secured = {"TEMPORAL_TLS": "true", "TEMPORAL_API_KEY": KEY}
    for name, value in secured.items():
        monkeypatch.setenv(name, value)
    # A test's own folder is too long a path for a socket.
    with TemporaryDirectory(prefix="peerok-", dir="/tmp") as folder:
        own = Stack(Path(folder), inherit=True)
        other = Stack(Path(folder), inherit=True, temporal_address="cloud.example:7233")
    assert not own.environment().keys() & secured
    assert secured.items() <= other.environment().items()


def test_the_product_connects_in_one_place() -> None:
    """What connected by itself would know neither TLS nor the key."""
    connecting = {
        str(path.relative_to(ROOT))
        for folder in (".", "activities", "api", "docs", "ledger", "local", "workflows")
        for path in (ROOT / folder).glob("*.py")
        if "Client.connect(" in path.read_text()
    }
    assert connecting - OURS == {"temporal_client.py"}


async def _pour(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, heard: bytearray | None = None
) -> None:
    with suppress(ConnectionError, ssl.SSLError):
        while read := await reader.read(65536):
            if heard is not None:
                heard += read
            writer.write(read)
            await writer.drain()
    writer.close()


def _huffman(text: str) -> bytes:
    """The text as it stands in a header's block, filled up with ones."""
    bits = "".join(HUFFMAN[letter] for letter in text)
    bits += "1" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def _certify(key_file: Path, certificate_file: Path) -> None:
    """Write a key and a certificate for 127.0.0.1 that is signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "front")])
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    key_file.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    certificate_file.write_bytes(certificate.public_bytes(pem))
