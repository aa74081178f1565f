"""Logins as servers ask for them, private keys as people paste them, and algorithms that are too old."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
	BestAvailableEncryption,
	Encoding,
	NoEncryption,
	PrivateFormat,
	PublicFormat,
)

pytest.importorskip("asyncssh", reason="the second SFTP server of these tests (asyncssh) is not installed")

from rts_factoring.core.delivery import Connection, list_folder
from rts_factoring.core.delivery.private_keys import load_private_key
from rts_factoring.core.errors import DeliveryError
from tests.support.asyncssh_server import AsyncServer
from tests.support.openssh_server import OpenSshServer, make_key, needs_own_passwords, needs_sshd
from tests.support.sftp_servers import to


@pytest.fixture
def key(tmp_path) -> Path:
	return make_key(tmp_path / "client_key")


@pytest.fixture
def stale(tmp_path) -> Path:
	return make_key(tmp_path / "stale_key")


def refusal(connection) -> DeliveryError:
	with pytest.raises(DeliveryError) as caught:
		list_folder(connection)
	assert caught.value.retry is False
	return caught.value


class TestAsyncssh:
	@pytest.mark.parametrize(
		"rounds", [[("Password: ", False)], [("User name: ", True), ("Password: ", False)]]
	)
	def test_a_server_that_only_asks_questions(self, tmp_path, rounds):
		with AsyncServer(
			tmp_path / "server", methods=("keyboard-interactive",), questions=[rounds]
		) as server:
			assert list_folder(to(server)) == []
			assert server.answered[-1][-1] == "sandbox"

	def test_questions_after_one_another(self, tmp_path):
		asked = [[], [("User name: ", True)], [("Password: ", False)]]
		with AsyncServer(tmp_path / "server", methods=("keyboard-interactive",), questions=asked) as server:
			list_folder(to(server))
			assert server.answered == [[], ["rts"], ["sandbox"]]

	def test_a_one_time_code_is_named_and_the_password_is_not_given_for_it(self, tmp_path):
		asked = [[("Password: ", False)], [("Verification code: ", False)]]
		with AsyncServer(tmp_path / "server", methods=("keyboard-interactive",), questions=asked) as server:
			error = refusal(to(server))
			assert (error.code, error.key) == ("login_refused", "login_refused.question")
			assert "Verification code:" in error.message
			assert server.answered[1] == [""]

	def test_a_refused_answer_is_not_given_again(self, tmp_path):
		with AsyncServer(tmp_path / "server", methods=("keyboard-interactive",)) as server:
			assert refusal(to(server, password="wrong")).key == "login_refused"
			assert server.logins == ["rts"]

	def test_a_refused_password_is_not_given_as_an_answer(self, tmp_path):
		with AsyncServer(tmp_path / "server", methods=("password", "keyboard-interactive")) as server:
			assert refusal(to(server, password="wrong")).key == "login_refused"
			assert server.logins == ["rts"]

	@pytest.mark.parametrize("method", ["password", "keyboard-interactive"])
	def test_a_stale_key_is_no_obstacle_for_the_right_password(self, tmp_path, key, stale, method):
		with AsyncServer(tmp_path / "server", methods=("publickey", method), key=key) as server:
			assert list_folder(to(server, private_key=stale.read_text())) == []

	def test_a_key_alone_logs_in(self, tmp_path, key):
		with AsyncServer(tmp_path / "server", methods=("publickey",), key=key) as server:
			assert list_folder(to(server, private_key=key.read_text(), password="")) == []

	def test_a_server_that_wants_a_key_only_says_so_to_who_has_a_password(self, tmp_path, key):
		with AsyncServer(tmp_path / "server", methods=("publickey",), key=key) as server:
			error = refusal(to(server))
			assert error.key == "login_refused.method"
			assert "publickey" in error.message


@needs_sshd
@needs_own_passwords
class TestOpenSsh:
	"""OpenSSH's server with PAM and a password of its own."""

	@pytest.mark.parametrize(
		"methods",
		[
			"password",
			"keyboard-interactive",
			"publickey,password",
			"publickey,keyboard-interactive",
			"password,publickey",
			"keyboard-interactive,publickey",
		],
	)
	def test_whatever_it_demands_is_given(self, tmp_path, methods):
		with OpenSshServer(tmp_path / "sshd", password="sandbox", AuthenticationMethods=methods) as sshd:
			both = over_ssh(sshd, password="sandbox")
			assert list_folder(both) == []
			if "," in methods:
				assert refusal(replace(both, password="")).key == "login_refused.method"
				assert refusal(replace(both, private_key="")).key == "login_refused.method"
			assert refusal(replace(both, password="wrong")).code == "login_refused"

	def test_a_stale_key_is_no_obstacle_for_the_right_password(self, tmp_path, stale):
		with OpenSshServer(tmp_path / "sshd", password="sandbox") as sshd:
			connection = over_ssh(sshd, password="sandbox", private_key=stale.read_text())
			assert list_folder(connection) == []
			assert refusal(replace(connection, password="wrong")).key == "login_refused"


def over_ssh(sshd: OpenSshServer, **settings):
	return to(sshd, **{"remote_folder": "", "password": "", "private_key": sshd.private_key, **settings})


@needs_sshd
class TestOldAlgorithms:
	@pytest.mark.parametrize(
		("options", "named"),
		[
			({"KexAlgorithms": "diffie-hellman-group1-sha1"}, "diffie-hellman-group1-sha1"),
			({"HostKeyAlgorithms": "ssh-rsa"}, "ssh-rsa"),
		],
	)
	def test_the_message_names_what_the_server_offers(self, tmp_path, options, named):
		if "HostKeyAlgorithms" in options:
			options = {**options, "HostKey": str(make_key(tmp_path / "rsa_key", kind="rsa"))}
		with OpenSshServer(tmp_path / "sshd", **options) as sshd:
			error = refusal(over_ssh(sshd))
			assert error.code == "no_agreement"
			assert named in error.message
			assert "not safe" in error.hint


KINDS = {
	"ed25519": ed25519.Ed25519PrivateKey.generate,
	"ecdsa": lambda: ec.generate_private_key(ec.SECP256R1()),
	"rsa": lambda: rsa.generate_private_key(65537, 2048),
}


class TestPrivateKeys:
	@pytest.mark.parametrize("kind", KINDS)
	@pytest.mark.parametrize("passphrase", ["", "gate five"])
	def test_pkcs8_is_read(self, tmp_path, kind, passphrase):
		key = KINDS[kind]()
		secret = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
		text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, secret).decode()
		loaded = load_private_key(settings(text, passphrase))
		public = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode().split()[1]
		assert loaded.get_base64() == public
		if passphrase:
			assert problem(text) == "bad_private_key.locked"
			assert problem(text, "wrong") == "bad_private_key"
		else:
			assert load_private_key(settings(text, "a passphrase it does not need")).get_base64() == public

	@pytest.mark.parametrize("form", ["RFC4716", "PKCS8", "PEM"])
	@pytest.mark.parametrize("passphrase", ["", "gate five"])
	def test_every_form_of_ssh_keygen_is_read(self, tmp_path, form, passphrase):
		path = make_key(tmp_path / "key", passphrase, kind="rsa")
		subprocess.run(
			["ssh-keygen", "-q", "-p", "-m", form, "-P", passphrase, "-N", passphrase, "-f", path], check=True
		)
		public = Path(f"{path}.pub").read_text().split()[1]
		assert load_private_key(settings(path.read_text(), passphrase)).get_base64() == public
		if passphrase:
			assert problem(path.read_text()) == "bad_private_key.locked"

	def test_a_pkcs8_key_logs_in(self, tmp_path):
		key = KINDS["ed25519"]()
		text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
		public = tmp_path / "key.pub"
		public.write_bytes(key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH))
		with AsyncServer(tmp_path / "server", methods=("publickey",), key=tmp_path / "key") as server:
			assert list_folder(to(server, private_key=text, password="")) == []

	@pytest.mark.parametrize("kind", ["rsa", "ed25519", "ecdsa"])
	def test_a_public_key_is_told_apart(self, tmp_path, kind):
		path = make_key(tmp_path / "key", kind=kind)
		public = Path(f"{path}.pub").read_text()
		assert problem(public) == "bad_private_key.public"
		for form in ("RFC4716", "PKCS8", "PEM"):
			if kind != "ed25519" or form == "RFC4716":
				exported = subprocess.run(
					["ssh-keygen", "-e", "-m", form, "-f", f"{path}.pub"],
					check=True,
					capture_output=True,
					text=True,
				)
				assert problem(exported.stdout) == "bad_private_key.public", form

	@pytest.mark.parametrize("version", [2, 3])
	def test_a_key_of_putty_is_told_apart(self, version):
		text = (
			f"PuTTY-User-Key-File-{version}: ssh-ed25519\nEncryption: none\nComment: rts\nPublic-Lines: 2\n"
		)
		assert problem(text) == "bad_private_key.putty"
		with pytest.raises(DeliveryError, match="PuTTYgen"):
			load_private_key(settings(text))

	def test_keys_of_other_kinds_are_told_apart(self):
		old = dsa.generate_private_key(1024)
		for form in (PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL):
			text = old.private_bytes(Encoding.PEM, form, NoEncryption()).decode()
			assert problem(text) == "bad_private_key.kind"
		curve = ec.generate_private_key(ec.SECP256K1())
		text = curve.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
		assert problem(text) == "bad_private_key.kind"

	def test_what_is_no_key_at_all(self):
		assert problem("hello") == "bad_private_key"
		assert problem("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----") == "bad_private_key"
		assert problem("-----BEGIN CERTIFICATE-----\nAAAA\n") == "bad_private_key.certificate"


def settings(text: str, passphrase: str = ""):
	return Connection(host="factor.example", username="rts", private_key=text, passphrase=passphrase)


def problem(text: str, passphrase: str = "") -> str:
	with pytest.raises(DeliveryError) as caught:
		load_private_key(settings(text, passphrase))
	assert caught.value.code == "bad_private_key"
	return caught.value.key
