"""An FTP server with explicit TLS on loopback (pyftpdlib), that records what it is told and drops when asked."""

import threading
from datetime import datetime, timedelta, timezone
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler, TLS_FTPHandler
from pyftpdlib.servers import FTPServer


class FtpServer:
	"""`with FtpServer(root) as server: server.port, server.certificate, server.commands`."""

	username, password = "rts", "sandbox"

	def __init__(
		self, root: Path, *, tls: bool = True, features: dict | None = None, habit: type | None = None
	):
		self.root = root
		self.folder = root / "inbox"
		self.folder.mkdir(parents=True)
		self.commands: list[str] = []
		self.renamed: list[str] = []
		self.drop_at = self.drops = 0
		self.after = False
		authorizer = DummyAuthorizer()
		authorizer.add_user(self.username, self.password, str(root), perm="elradfmwMT")
		base = TLS_FTPHandler if tls else FTPHandler
		handler = type(
			"Handler",
			(_Recording, habit, base) if habit else (_Recording, base),
			{"authorizer": authorizer, "owner": self, "auth_failed_timeout": 0.1, **(features or {})},
		)
		if tls:
			self.certificate = make_certificate(root / "server.pem")
			handler.certfile = str(root / "server.pem")
			handler.tls_control_required = handler.tls_data_required = True
		self._server = FTPServer(("127.0.0.1", 0), handler)
		self._over = threading.Event()
		self._thread = threading.Thread(target=self._serve, daemon=True)

	@property
	def port(self) -> int:
		return self._server.address[1]

	@property
	def found(self) -> dict[str, bytes]:
		return {path.name: path.read_bytes() for path in self.folder.iterdir()}

	def __enter__(self):
		self._thread.start()
		return self

	def __exit__(self, *exc):
		self._over.set()
		self._thread.join()
		self._server.close_all()

	def _serve(self) -> None:
		while not self._over.is_set():
			self._server.serve_forever(timeout=0.02, blocking=False)


class _Recording:
	"""Counts the commands after login; `drop_at` hangs up before or after obeying that one."""

	def pre_process_command(self, line, cmd, arg):
		owner = self.owner
		owner.commands.append(cmd)
		due = owner.drop_at and len(owner.commands) == owner.drop_at
		if due:
			owner.drops += 1
			if not owner.after:
				self.close()
				return
		super().pre_process_command(line, cmd, arg)
		if due:
			self.close()

	def ftp_RNTO(self, path):
		answer = super().ftp_RNTO(path)
		if answer:
			self.owner.renamed.append(Path(path).name)
		return answer


def make_certificate(path: Path, name: str = "localhost") -> str:
	"""A self-signed certificate for loopback with its key at `path`; returns the certificate as PEM."""
	key = ec.generate_private_key(ec.SECP256R1())
	subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
	now = datetime.now(timezone.utc)
	certificate = (
		x509.CertificateBuilder()
		.subject_name(subject)
		.issuer_name(subject)
		.public_key(key.public_key())
		.serial_number(x509.random_serial_number())
		.not_valid_before(now - timedelta(days=1))
		.not_valid_after(now + timedelta(days=1))
		.add_extension(
			x509.SubjectAlternativeName([x509.DNSName(name), x509.IPAddress(ip_address("127.0.0.1"))]), False
		)
		.add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
		.sign(key, hashes.SHA256())
	)
	pem = certificate.public_bytes(serialization.Encoding.PEM)
	secret = key.private_bytes(
		serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
	)
	path.write_bytes(secret + pem)
	return pem.decode()
