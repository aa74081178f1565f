#!/usr/bin/env python3
"""Run the app's bench tests on a real site: `python3 scripts/bench_test.py [--module NAME] [--check]`.

The bench is the one named by BENCH_DIR, else ~/frappe-bench; the app tested is the checkout this file is in.
The site (BENCH_TEST_SITE, else rts-test.localhost, on Frappe 16 rts-test-16.localhost) is made for the purpose, with
ERPNext and without a company, and kept between runs. The root password of the database is BENCH_DB_ROOT_PASSWORD,
else `root`. FULL=1 runs the random and kill tests in their long form.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlparse

APP = "rts_factoring"
CHECKOUT = Path(__file__).resolve().parent.parent
BENCH = Path(os.environ.get("BENCH_DIR") or Path.home() / "frappe-bench").resolve()


def default_site(name: str = "rts-test") -> str:
	"""A site name for the bench's version: two benches on one database server need different ones."""
	version = BENCH / "apps" / "frappe" / "frappe" / "__init__.py"
	found = re.search(r'__version__ = "(\d+)', version.read_text()) if version.exists() else None
	major = found.group(1) if found else "15"
	return f"{name}.localhost" if major == "15" else f"{name}-{major}.localhost"


SITE = os.environ.get("BENCH_TEST_SITE") or default_site()
DB_ROOT_PASSWORD = os.environ.get("BENCH_DB_ROOT_PASSWORD", "root")
PYTHON = BENCH / "env" / "bin" / "python"
QUEUE_DATABASE = (
	1 + zlib.crc32(SITE.encode()) % 15
)  # of Redis, so that no worker of another site takes our jobs
NOISE = re.compile(
	r"(WARNING|ERROR)\t(Property|CSSStyleDeclaration|Selector|PropertyValue)\b.*\n"
)  # Frappe's mails, of their CSS
START_TIMEOUT = 90  # seconds a database may take to come up


def main() -> int:
	parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
	parser.add_argument("--module", help="only this test module, such as rts_factoring.tests.test_install")
	parser.add_argument("--test", help="only this test method; needs --module")
	parser.add_argument(
		"--check", action="store_true", help="say whether there is a bench to test on, and end"
	)
	parser.add_argument("--setup-only", action="store_true", help="prepare site and services, run nothing")
	options = parser.parse_args()
	if missing := what_is_missing():
		print(f"No bench to test on: {missing}")
		return 2
	if options.check:
		print(f"Bench: {BENCH}")
		return 0
	with one_at_a_time():
		with locked(Path(tempfile.gettempdir()) / "rts-bench-test-services.lock"):
			start_services()
		install_requirements()
		link_app()
		prepare_site()
		return 0 if options.setup_only else run_tests(options.module, options.test)


def what_is_missing() -> str:
	for path in (PYTHON, BENCH / "apps" / "frappe", BENCH / "apps" / "erpnext", BENCH / "sites"):
		if not path.exists():
			return f"{path} does not exist (BENCH_DIR names another bench)."
	done = subprocess.run([PYTHON, "-c", "import frappe, erpnext"], capture_output=True, text=True)
	if done.returncode:
		return f"{PYTHON} cannot import Frappe and ERPNext: {done.stderr.strip().splitlines()[-1]}."
	config = common_config()
	addresses = [
		("MariaDB", *database_address(config), ("mysqld_safe", "mariadbd-safe", "mariadbd", "mysqld"))
	]
	for name in ("cache", "queue"):
		if (url := urlparse(config.get(f"redis_{name}") or "")).hostname:
			addresses.append((f"Redis ({name})", url.hostname, url.port, ("redis-server",)))
	for name, host, port, programs in addresses:
		if not listens(host, port) and not any(map(shutil.which, programs)):
			return f"{name} does not answer on {host}:{port}, and {programs[0]} is not installed."
	return ""


def database_address(config: dict) -> tuple[str, int]:
	return config.get("db_host") or "127.0.0.1", int(config.get("db_port") or 3306)


@contextmanager
def one_at_a_time() -> Iterator[None]:
	"""A second run on the same site waits for the first."""
	with locked(BENCH / "sites" / f".{SITE}.bench-test.lock", f"waiting for another run on {SITE}"):
		yield


@contextmanager
def locked(file: Path, waiting: str = "") -> Iterator[None]:
	with file.open("w") as lock:
		try:
			fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
		except BlockingIOError:
			if waiting:
				say(waiting)
			fcntl.flock(lock, fcntl.LOCK_EX)
		yield


def say(text: str) -> None:
	print(f"bench-test: {text}", flush=True)


# Services


def start_services() -> None:
	config = common_config()
	database = database_address(config)
	if not listens(*database):
		start_mariadb()
		wait_for("MariaDB", *database)
	for name in ("cache", "queue"):
		url = urlparse(config.get(f"redis_{name}") or "")
		if url.hostname and not listens(url.hostname, url.port):
			start(["redis-server", str(BENCH / "config" / f"redis_{name}.conf")], f"redis_{name}")
			wait_for(f"Redis ({name})", url.hostname, url.port)


def start_mariadb() -> None:
	server = shutil.which("mysqld_safe") or shutil.which("mariadbd-safe")
	plain = shutil.which("mariadbd") or shutil.which("mysqld") or "/usr/sbin/mariadbd"
	run_dir = Path("/run/mysqld")
	if os.geteuid() == 0:
		run_dir.mkdir(exist_ok=True)
		shutil.chown(run_dir, "mysql", "mysql")
	start([server] if server else [plain, "--user=mysql"], "mariadb")


def start(command: list[str], name: str) -> None:
	if not shutil.which(command[0]):
		raise SystemExit(f"{name} is down, and {command[0]} is not installed.")
	say(f"starting {name}")
	log = BENCH / "logs" / f"{name}-bench-test.log"
	log.parent.mkdir(exist_ok=True)
	with log.open("ab") as output:
		subprocess.Popen(
			command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True, cwd=BENCH
		)


def wait_for(name: str, host: str, port: int) -> None:
	deadline = time.monotonic() + START_TIMEOUT
	while not listens(host, port):
		if time.monotonic() > deadline:
			raise SystemExit(f"{name} does not answer on {host}:{port}; see {BENCH / 'logs'}.")
		time.sleep(0.3)


def listens(host: str, port: int) -> bool:
	try:
		socket.create_connection((host, port), timeout=2).close()
	except OSError:
		return False
	return True


# The app in the bench

_UNMET = """
import sys
from importlib.metadata import PackageNotFoundError, version
from pip._vendor.packaging.requirements import Requirement
for line in open(sys.argv[1]):
	line = line.split("#")[0].strip()
	if line:
		wanted = Requirement(line)
		if wanted.marker and not wanted.marker.evaluate():
			continue
		try:
			if not wanted.specifier.contains(version(wanted.name), prereleases=True):
				print(line)
		except PackageNotFoundError:
			print(line)
"""


def install_requirements() -> None:
	"""What the bench lacks of requirements.txt, at versions that leave every installed package as it is."""
	listed = subprocess.run(
		[PYTHON, "-c", _UNMET, CHECKOUT / "requirements.txt"], capture_output=True, text=True, check=True
	)
	unmet = listed.stdout.split("\n")[:-1]
	if not unmet:
		return
	say(f"installing {', '.join(unmet)}")
	frozen = subprocess.run(
		[PYTHON, "-m", "pip", "freeze", "--exclude-editable"], capture_output=True, text=True, check=True
	)
	pins = BENCH / "config" / "bench-test-pins.txt"
	pins.write_text("".join(f"{line}\n" for line in frozen.stdout.splitlines() if "==" in line))
	subprocess.run([PYTHON, "-m", "pip", "install", "--quiet", "-c", pins, *unmet], check=True)


def link_app() -> None:
	"""apps/rts_factoring points here; a real folder of that name stays, and PYTHONPATH wins over it."""
	link = BENCH / "apps" / APP
	if link.is_symlink() or not link.exists():
		if not link.is_symlink() or link.resolve() != CHECKOUT:
			link.unlink(missing_ok=True)
			link.symlink_to(CHECKOUT)
		for packages in (BENCH / "env" / "lib").glob("python3*/site-packages"):
			(packages / f"{APP}-bench.pth").write_text(f"{link}\n")
	apps = BENCH / "sites" / "apps.txt"
	names = apps.read_text().split()
	if APP not in names:
		apps.write_text("\n".join([*names, APP]) + "\n")
	assets = BENCH / "sites" / "assets" / APP
	if assets.is_symlink() or not assets.exists():
		assets.parent.mkdir(exist_ok=True)
		assets.unlink(missing_ok=True)
		assets.symlink_to(CHECKOUT / APP / "public")


# The site


def prepare_site() -> None:
	config_file = BENCH / "sites" / SITE / "site_config.json"
	if not config_file.exists():
		say(f"making the site {SITE} (some minutes, once)")
		frappe(
			"new-site", SITE, "--db-root-password", DB_ROOT_PASSWORD, "--admin-password", "admin", site=False
		)
		for key, value in (("allow_tests", "1"), ("server_script_enabled", "0")):
			frappe("set-config", "-p", key, value)
	if "factoring_private_networks" not in json.loads(config_file.read_text()):
		frappe("set-config", "-p", "factoring_private_networks", '["127.0.0.0/8"]')  # the tests' own servers
	installed = json.loads(output_of("list-apps", "--format", "json")).get(SITE) or []
	for app in ("erpnext", APP):
		if app not in installed:
			say(f"installing {app}")
			frappe("install-app", app)
	stamp = BENCH / "sites" / SITE / "bench-test-schema"
	fingerprint = schema_fingerprint()
	if not stamp.exists() or stamp.read_text() != fingerprint:
		if APP in installed:
			say("migrating")
			frappe("migrate", "--skip-search-index", quiet=True)
		stamp.write_text(fingerprint)


def schema_fingerprint() -> str:
	"""Changes with everything a migration of the site would act on."""
	digest = hashlib.sha256()
	package = CHECKOUT / APP
	files = [
		*package.rglob("*.json"),
		*package.glob("*.py"),
		*package.glob("*.txt"),
		*package.rglob("patches/*.py"),
	]
	files += [BENCH / "apps" / app / app / "__init__.py" for app in ("frappe", "erpnext")]
	for file in sorted(files):
		digest.update(str(file).encode() + file.read_bytes())
	return digest.hexdigest()


@contextmanager
def web_server() -> Iterator[None]:
	"""The site on a free port of loopback: PDF engines fetch style sheets from it, and tests may call it."""
	with socket.create_server(("127.0.0.1", 0)) as free:
		port = free.getsockname()[1]
	config_file = BENCH / "sites" / SITE / "site_config.json"
	config = json.loads(config_file.read_text())
	config["host_name"] = f"http://127.0.0.1:{port}"
	config_file.write_text(json.dumps(config, indent=1))
	with (BENCH / "logs" / "web-bench-test.log").open("wb") as output:
		server = subprocess.Popen(
			command("serve", "--port", str(port), "--noreload"),
			cwd=BENCH / "sites",
			env=environment(),
			stdout=output,
			stderr=output,
			start_new_session=True,
		)
	try:
		wait_for("The web server", "127.0.0.1", port)
		yield
	finally:
		server.terminate()
		server.wait()


def run_tests(module: str | None, test: str | None) -> int:
	if queue := environment().get("FRAPPE_REDIS_QUEUE"):
		forget = "import sys, redis; redis.from_url(sys.argv[1]).flushdb()"
		subprocess.run([PYTHON, "-c", forget, queue], check=True)
	say(f"{BENCH}, site {SITE}, {'long' if os.environ.get('FULL') else 'short'} random and kill tests")
	arguments = ["--module", module] if module else ["--app", APP]
	arguments += ["--test", test] if test else []
	said = []
	with web_server():
		process = subprocess.Popen(
			command("run-tests", *arguments),
			cwd=BENCH / "sites",
			env=environment(),
			text=True,
			stdout=subprocess.PIPE,
			stderr=subprocess.STDOUT,
		)
		for line in process.stdout:
			print(NOISE.sub("", line), end="", flush=True)
			said.append(line)
		code = process.wait()
	if not any(map(shutil.which, ("chromium", "google-chrome"))):
		say("there is no Chromium, so prints by Frappe 16's other PDF engine were not tried")
	count = re.findall(r"^Ran (\d+) tests? in", "".join(said), re.MULTILINE)
	if not code and not any(int(number) for number in count):
		say("no test ran")
		return 1
	return code


def frappe(*arguments: str, site: bool = True, quiet: bool = False) -> None:
	done = subprocess.run(
		command(*arguments, site=site),
		cwd=BENCH / "sites",
		env=environment(),
		stdin=subprocess.DEVNULL,
		stdout=subprocess.PIPE if quiet else None,
		stderr=subprocess.STDOUT if quiet else None,
		text=True,
	)
	if done.returncode:
		raise SystemExit(f"{done.stdout or ''}\nbench-test: `{arguments[0]}` failed.")


def output_of(*arguments: str) -> str:
	done = subprocess.run(
		command(*arguments),
		cwd=BENCH / "sites",
		env=environment(),
		stdout=subprocess.PIPE,
		text=True,
		check=True,
	)
	return done.stdout


def command(*arguments: str, site: bool = True) -> list[str]:
	start = [str(PYTHON), "-m", "frappe.utils.bench_helper", "frappe"]
	return [*start, *(["--site", SITE] if site else []), *arguments]


def environment() -> dict[str, str]:
	"""CI makes Frappe's runner end with an error when tests fail. Workers and servers of the tests keep what they compile: without,
	each of them takes ten seconds to start."""
	path = os.pathsep.join(filter(None, [str(CHECKOUT), os.environ.get("PYTHONPATH", "")]))
	extra = {"PYTHONPATH": path, "CI": "1", "PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": ""}
	if queue := common_config().get("redis_queue"):
		extra["FRAPPE_REDIS_QUEUE"] = urlparse(queue)._replace(path=f"/{QUEUE_DATABASE}").geturl()
	return {**os.environ, **extra}


def common_config() -> dict:
	file = BENCH / "sites" / "common_site_config.json"
	return json.loads(file.read_text()) if file.exists() else {}


if __name__ == "__main__":
	sys.exit(main())
