"""Private keys as people paste them: OpenSSH, PEM and PKCS#8; and what is pasted by mistake is named."""

from __future__ import annotations

import io
import re

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
	Encoding,
	NoEncryption,
	PrivateFormat,
	load_pem_private_key,
)

from ..errors import DeliveryError
from .connection import Connection

MISTAKES = {
	"putty": re.compile(r"PuTTY-User-Key-File-"),
	"public": re.compile(
		r"(?:ssh|ecdsa|sk-ssh|sk-ecdsa)-[a-z0-9@.-]+ AAAA|-----?\s?BEGIN (?:SSH2 |RSA )?PUBLIC KEY"
	),
	"certificate": re.compile(r"-----BEGIN CERTIFICATE"),
	"kind": re.compile(r"-----BEGIN DSA PRIVATE KEY"),
}


def load_private_key(connection: Connection) -> paramiko.PKey:
	"""The key of these settings, opened with its passphrase. DeliveryError `bad_private_key`."""
	text = connection.private_key.strip() + "\n"
	for mistake, pattern in MISTAKES.items():
		if pattern.match(text):
			raise DeliveryError(f"bad_private_key.{mistake}", where=connection.where)
	if re.match(r"-----BEGIN (?:ENCRYPTED |RSA |EC )?PRIVATE KEY", text):
		text = _from_pem(text, connection)
	for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
		try:
			return kind.from_private_key(io.StringIO(text), password=connection.passphrase or None)
		except paramiko.PasswordRequiredException:
			raise DeliveryError("bad_private_key.locked", where=connection.where) from None
		except Exception:  # nosec B112 # each class has its own ways to say that the key is of another kind
			continue
	raise DeliveryError("bad_private_key", where=connection.where)


def _from_pem(text: str, connection: Connection) -> str:
	"""The key as OpenSSH writes it, unencrypted; paramiko reads no PKCS#8, and not every old encryption."""
	encrypted = "ENCRYPTED" in text
	if encrypted and not connection.passphrase:
		raise DeliveryError("bad_private_key.locked", where=connection.where)
	try:
		key = load_pem_private_key(text.encode(), connection.passphrase.encode() if encrypted else None)
	except (ValueError, UnsupportedAlgorithm) as error:
		raise DeliveryError("bad_private_key", where=connection.where) from error
	if not isinstance(key, (Ed25519PrivateKey, EllipticCurvePrivateKey, RSAPrivateKey)):
		raise DeliveryError("bad_private_key.kind", where=connection.where)
	try:
		return key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()
	except (ValueError, UnsupportedAlgorithm) as error:  # a curve that SSH does not know
		raise DeliveryError("bad_private_key.kind", where=connection.where) from error
