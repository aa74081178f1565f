"""OpenSSH's own server on loopback, unprivileged port, one folder, internal-sftp."""

import getpass
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.ports import free_port, wait_for_port

SSHD = Path("/usr/sbin/sshd")
needs_sshd = pytest.mark.skipif(
	not SSHD.exists(), reason="OpenSSH's server is not installed (/usr/sbin/sshd)"
)
needs_own_passwords = pytest.mark.skipif(
	os.geteuid() != 0 or not shutil.which("unshare") or not Path("/etc/pam.d/sshd").exists(),
	reason="a password of OpenSSH's server for these tests alone takes root, unshare and PAM",
)
WITH_PASSWORD = {
	"PasswordAuthentication": "yes",
	"KbdInteractiveAuthentication": "yes",
	"UsePAM": "yes",
	"PermitRootLogin": "yes",
}
HASHES = {  # of passwords, by `openssl passwd -6`
	"sandbox": "$6$rtsfactoring$fn9KuKkAD7HdrhDgDhmm0cW6O1YVmORWyPioEMj1ZD0ASUYnsup7AVXVSsm.Mvzkd/QkXbVP1RecfrIPUkHRw/"
}


class OpenSshServer:
	"""`with OpenSshServer(tmp_path) as sshd: sshd.port, sshd.fingerprint, sshd.private_key, sshd.folder`.

	With `password` it takes that too. It is kept where only this server sees it, in a mount namespace of its own.
	"""

	def __init__(self, work: Path, *, passphrase: str = "", password: str = "", **options: str):
		self.password = password
		self.work = work
		self.folder = work / "files"
		self.folder.mkdir(parents=True, exist_ok=True)
		self.username = getpass.getuser()
		self.host_key = make_key(work / "host_key")
		self.client_key = make_key(work / "client_key", passphrase)
		self.passphrase = passphrase
		self.options = options
		self.port = free_port()

	@property
	def fingerprint(self) -> str:
		return fingerprint_of(self.host_key)

	@property
	def private_key(self) -> str:
		return self.client_key.read_text()

	@property
	def log(self) -> str:
		return (self.work / "log").read_text()

	def __enter__(self):
		allowed = self.work / "authorized_keys"
		shutil.copy(f"{self.client_key}.pub", allowed)
		config = {
			"Port": str(self.port),
			"ListenAddress": "127.0.0.1",
			"HostKey": str(self.host_key),
			"PidFile": "none",
			"AuthorizedKeysFile": str(allowed),
			"StrictModes": "no",
			"PasswordAuthentication": "no",
			"KbdInteractiveAuthentication": "no",
			"UsePAM": "no",
			"PermitRootLogin": "prohibit-password",
			"LogLevel": "VERBOSE",
			"MaxStartups": "100",
			"Subsystem": f"sftp internal-sftp -d {self.folder}",
			**(WITH_PASSWORD if self.password else {}),
			**self.options,
		}
		path = self.work / "sshd_config"
		path.write_text("".join(f"{name} {value}\n" for name, value in config.items()))
		if os.geteuid() == 0:
			Path("/run/sshd").mkdir(exist_ok=True)  # where sshd separates its privileges
		command = [SSHD, "-D", "-f", path, "-E", self.work / "log"]
		if self.password:
			command = self._with_own_password(command)
		self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
		wait_for_port(self.port, self.process)
		return self

	def __exit__(self, *exc):
		self.process.terminate()
		self.process.wait()

	def _with_own_password(self, command: list) -> list:
		shadow, pam = self.work / "shadow", self.work / "pam"
		shadow.write_text(f"{self.username}:{HASHES[self.password]}:20000:0:99999:7:::\n")
		pam.write_text(
			"auth required pam_unix.so\naccount required pam_permit.so\nsession required pam_permit.so\n"
		)
		script = 'mount --bind "$1" /etc/shadow && mount --bind "$2" /etc/pam.d/sshd && shift 2 && exec "$@"'
		return ["unshare", "--mount", "sh", "-c", script, "sh", shadow, pam, *command]


def make_key(path: Path, passphrase: str = "", kind: str = "ed25519") -> Path:
	if not path.exists():
		subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-f", path], check=True)
	return path


def fingerprint_of(key: Path) -> str:
	"""As `ssh-keygen -l` says it, an oracle apart from our own code."""
	said = subprocess.run(
		["ssh-keygen", "-l", "-f", f"{key}.pub"], check=True, capture_output=True, text=True
	)
	return said.stdout.split()[1]
