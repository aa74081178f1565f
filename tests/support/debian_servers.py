"""FTP servers as Debian packages them, on loopback, over TLS, with a configuration of their own.

Debian installs only one at a time; the others run as well from where `dpkg -x` unpacks them, with that on PATH.
"""

import getpass
import grp
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.support.ftp_server import make_certificate
from tests.support.ports import free_port, wait_for_port

PATH = f"{os.environ.get('PATH', '')}:/usr/sbin"
PASSWORD_HASH = (
	"$5$rtsfactoring$brHhD52wL1NchwwNoPL7h2V0pAchgXUu4rYZsDuqPM7"  # of "sandbox", by `openssl passwd -5`
)


class DebianServer:
	"""`with ProFtpd() as server: server.port, server.found`; `extra` lines go into its configuration."""

	program = ""
	username, password = "rts", "sandbox"

	def __init__(self, *extra: str):
		self.work = Path(tempfile.mkdtemp(prefix="rts-ftp-"))
		self.work.chmod(0o755)
		self.root = self.work / "root"
		self.folder = self.root / "inbox"
		self.folder.mkdir(parents=True)
		self.extra = extra
		self.pem = self.work / "server.pem"
		self.certificate = make_certificate(self.pem)
		self.port = free_port()

	@classmethod
	def found_at(cls) -> str | None:
		return shutil.which(cls.program, path=PATH)

	@property
	def found(self) -> dict[str, bytes]:
		return {path.name: path.read_bytes() for path in self.folder.iterdir()}

	def __enter__(self):
		output = self.work / "output"
		self.log = output.open("wb")
		self.process = subprocess.Popen(
			self.command(), stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log
		)
		try:
			wait_for_port(self.port, self.process)
		except RuntimeError as error:
			said = output.read_text(errors="replace")[-1000:]
			self.__exit__()
			raise RuntimeError(f"{self.program}: {error}: {said}") from error
		return self

	def __exit__(self, *exc):
		self.process.terminate()
		self.process.wait()
		self.log.close()
		shutil.rmtree(self.work)

	@classmethod
	def missing(cls) -> list[str]:
		"""What has to be installed first."""
		return [] if cls.found_at() else [cls.program]

	def configuration(self, *lines: str) -> str:
		path = self.work / "configuration"
		path.write_text("\n".join((*lines, *self.extra, "")))
		return str(path)

	def command(self) -> list[str]:
		raise NotImplementedError


class ProFtpd(DebianServer):
	program = "proftpd"

	@classmethod
	def modules(cls) -> Path:
		return Path(cls.found_at()).parent.parent / "lib/proftpd"

	@classmethod
	def missing(cls) -> list[str]:
		if not cls.found_at():
			return ["proftpd-core"]
		return [] if (cls.modules() / "mod_tls.so").exists() else ["proftpd-mod-crypto"]

	def command(self) -> list[str]:
		program = self.found_at()
		users = self.work / "users"
		users.touch(0o600)
		users.write_text(
			f"{self.username}:{PASSWORD_HASH}:{os.getuid()}:{os.getgid()}::{self.root}:/bin/false\n"
		)
		configuration = self.configuration(
			"ServerType standalone",
			"DefaultServer on",
			"DefaultAddress 127.0.0.1",
			"SocketBindTight on",
			"UseIPv6 off",
			f"Port {self.port}",
			f"PidFile {self.work}/pid",
			f"ScoreboardFile {self.work}/scoreboard",
			f"SystemLog {self.work}/log",
			"TransferLog none",
			"WtmpLog off",
			f"User {getpass.getuser()}",
			f"Group {grp.getgrgid(os.getgid()).gr_name}",
			"RootLogin on",
			"RequireValidShell off",
			f"AuthUserFile {users}",
			"AuthOrder mod_auth_file.c",
			f"ModulePath {self.modules()}",
			"LoadModule mod_tls.c",
			"TLSEngine on",
			"TLSRequired on",
			"TLSProtocol TLSv1.2 TLSv1.3",
			f"TLSECCertificateFile {self.pem}",
			f"TLSECCertificateKeyFile {self.pem}",
			"AllowOverwrite on",
		)
		return [program, "--nodaemon", "--config", configuration]


class VsFtpd(DebianServer):
	"""Without PAM its only users are anonymous ones."""

	program = "vsftpd"
	username = "anonymous"

	def command(self) -> list[str]:
		(self.work / "empty").mkdir()
		configuration = self.configuration(
			"listen=YES",
			"listen_address=127.0.0.1",
			f"listen_port={self.port}",
			"background=NO",
			"run_as_launching_user=YES",
			"seccomp_sandbox=NO",
			f"secure_chroot_dir={self.work}/empty",
			"local_enable=NO",
			"anonymous_enable=YES",
			f"ftp_username={getpass.getuser()}",
			f"anon_root={self.root}",
			"anon_umask=022",
			"anon_world_readable_only=NO",
			"allow_writeable_chroot=YES",
			"write_enable=YES",
			"anon_upload_enable=YES",
			"anon_other_write_enable=YES",
			"ssl_enable=YES",
			"ssl_ciphers=HIGH",
			"allow_anon_ssl=YES",
			"force_anon_logins_ssl=YES",
			"force_anon_data_ssl=YES",
			"require_ssl_reuse=YES",
			f"rsa_cert_file={self.pem}",
		)
		return [self.found_at(), configuration]


class PureFtpd(DebianServer):
	"""It takes root, and users of another number than that; `extra` are options of its command line."""

	program = "pure-ftpd"

	@classmethod
	def missing(cls) -> list[str]:
		return [name for name in (cls.program, "pure-pw") if not shutil.which(name, path=PATH)]

	def command(self) -> list[str]:
		nobody = pwd.getpwnam("nobody")
		os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
		users, database = self.work / "users", self.work / "users.pdb"
		made = (
			f"{self.username}:{PASSWORD_HASH}:{nobody.pw_uid}:{nobody.pw_gid}::{self.root}/./::::::::::::\n"
		)
		users.write_text(made)
		passwords = shutil.which("pure-pw", path=PATH)
		subprocess.run([passwords, "mkdb", database, "-f", users], check=True)
		options = ["-S", f"127.0.0.1,{self.port}", "-Y", "2", "-2", str(self.pem), "-E", "-H", "-u", "1"]
		return [self.found_at(), *options, "-g", f"{self.work}/pid", "-l", f"puredb:{database}", *self.extra]


def needs(kind: type[DebianServer]):
	"""A parameter of a test, skipped where this server is not installed."""
	missing = kind.missing()
	reason = f"{' and '.join(missing)} not installed" if missing else ""
	if kind is PureFtpd and os.geteuid() != 0:
		reason = "pure-ftpd runs as root only"
	return pytest.param(kind, id=kind.program, marks=pytest.mark.skipif(bool(reason), reason=reason))
