"""A real site with its web server, worker, realtime service and sandbox factor, and browsers on it.

`make desk-test`. The bench is BENCH_DIR, else ~/frappe-bench; the site BENCH_DESK_SITE, else rts-desk-test.localhost, on
Frappe 16 rts-desk-test-16.localhost. Without realtime the desk is another one, so the tests check first that it works.
"""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from scripts import bench_test, desk_check
from tests.support.desk import Desk
from tests.support.ports import free_port, wait_for_port

CHECKOUT = Path(__file__).resolve().parents[2]
BENCH = Path(os.environ.get("BENCH_DIR") or Path.home() / "frappe-bench").resolve()
SITE = os.environ.get("BENCH_DESK_SITE") or bench_test.default_site("rts-desk-test")
PYTHON = BENCH / "env" / "bin" / "python"
QUEUE = 10  # database of the bench's Redis: workers of other sites take no job of this one
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")


# These go on where the one before ended, from a site on which nothing of factoring is set up. Others prepare their own.
ONE_WALK = ["test_rehearsal.py", "test_setup.py", "test_shared_layouts.py", "test_typing.py", "test_week.py"]


def pytest_collection_modifyitems(items) -> None:
	"""The walk comes first, and test_markup.py last: what it leaves is markup."""
	place = {name: number - len(ONE_WALK) for number, name in enumerate(ONE_WALK)} | {"test_markup.py": 1}
	items.sort(key=lambda item: place.get(item.path.name, 0))


def environment() -> dict:
	config = json.loads((BENCH / "sites" / "common_site_config.json").read_text())
	queue = re.sub(r"/\d+$", "", config["redis_queue"].rstrip("/"))
	path = os.pathsep.join(filter(None, [str(CHECKOUT), os.environ.get("PYTHONPATH", "")]))
	extra = {"PYTHONPATH": path, "FRAPPE_REDIS_QUEUE": f"{queue}/{QUEUE}", "DEV_SERVER": "1"}
	return {**os.environ, **extra, "PYTHONDONTWRITEBYTECODE": ""}


def frappe(*arguments: str) -> list[str]:
	return [str(PYTHON), "-m", "frappe.utils.bench_helper", "frappe", *arguments]


@pytest.fixture(scope="session")
def processes(tmp_path_factory):
	"""Start a process that is ended with the session: `processes(name, command, cwd)`."""
	logs, started = tmp_path_factory.mktemp("logs"), []

	def start(name, command, cwd=BENCH / "sites", env=None):
		output = (logs / f"{name}.log").open("wb")
		process = subprocess.Popen(command, cwd=cwd, env=env or environment(), stdout=output, stderr=output)
		started.append(process)
		return logs / f"{name}.log"

	yield start
	for process in reversed(started):
		process.terminate()
	for process in started:
		process.wait()


@pytest.fixture(scope="session")
def site(processes):
	"""URL, numbers and password of a prepared site that is being served."""
	if problem := desk_check.what_is_missing():
		pytest.exit(problem, returncode=2)
	env = {**os.environ, "BENCH_TEST_SITE": SITE}
	if not os.environ.get("DESK_SITE_READY"):  # for a second run after which no DocType changed
		setup = [sys.executable, CHECKOUT / "scripts" / "bench_test.py", "--setup-only"]
		subprocess.run(setup, env=env, check=True)
	prepared = json.loads(run_on_site("prepare.py").splitlines()[-1])
	port, realtime = free_port(), free_port()
	node = [desk_check.find_node(), "--require", str(CHECKOUT / "tests" / "support" / "localhost_names.cjs")]
	socketio = {**environment(), "FRAPPE_SOCKETIO_PORT": str(realtime)}
	log = processes("socketio", [*node, "apps/frappe/socketio.js"], cwd=BENCH, env=socketio)
	site_config = BENCH / "sites" / SITE / "site_config.json"
	values = {**json.loads(site_config.read_text()), "socketio_port": realtime}
	values["host_name"] = f"http://127.0.0.1:{port}"  # PDF engines fetch style sheets from there
	site_config.write_text(json.dumps(values, indent=1))
	processes("web", frappe("--site", SITE, "serve", "--port", str(port), "--noreload"))
	processes("worker", frappe("worker", "--queue", "default,short,long", "--quiet"))
	wait_for_port(port, seconds=60)
	return {"url": f"http://{SITE}:{port}", "realtime_log": log, **prepared}


@pytest.fixture(scope="session")
def factor(processes, tmp_path_factory):
	"""The sandbox factor as `rts-factoring sandbox` starts it."""
	root, port = tmp_path_factory.mktemp("factor"), free_port()
	command = [str(PYTHON), "-m", "rts_factoring", "sandbox", "--port", str(port), "--root", str(root)]
	log = processes("sandbox", [*command, "--client", "104233=Acme Freight LLC"], cwd=CHECKOUT)
	deadline = time.monotonic() + 60
	while not (fingerprint := re.search(r"SHA256:\S+(?=\s)", log.read_text())):  # printed once it listens
		assert time.monotonic() < deadline, f"The sandbox did not start: {log.read_text()}"
		time.sleep(0.2)
	return {"port": port, "root": root, "outbox": root / "outbox", "fingerprint": fingerprint.group()}


def run_on_site(script: str) -> str:
	"""Run a script of this folder on the site; what it printed."""
	command = [str(PYTHON), str(Path(__file__).parent / script), str(BENCH / "sites"), SITE]
	done = subprocess.run(
		command, cwd=BENCH / "sites", env=environment(), capture_output=True, text=True, check=False
	)
	assert done.returncode == 0, done.stderr
	return done.stdout


@pytest.fixture(scope="module")
def sent(site):
	"""The site with invoices that RTS has."""
	run_on_site("prepare_rows.py")


@pytest.fixture(scope="session")
def browser():
	with sync_playwright() as playwright:
		chromium = playwright.chromium.launch(
			executable_path=CHROMIUM if Path(CHROMIUM).exists() else None,
			args=["--no-sandbox", "--disable-background-networking"],
		)
		yield chromium
		chromium.close()


@pytest.fixture(scope="session")
def admin(browser, site):
	return Desk(browser, site, "admin@acme.example")


@pytest.fixture(scope="session")
def dana(browser, site):
	"""The accountant: a Factoring Manager."""
	return Desk(browser, site, "dana@acme.example")


@pytest.fixture(scope="session")
def uma(browser, site):
	"""A colleague who prepares and decides nothing: a Factoring User."""
	return Desk(browser, site, "uma@acme.example")


@pytest.fixture(scope="session")
def phone(browser, site):
	"""Dana's telephone."""
	return Desk(browser, site, "dana@acme.example", width=390, height=844)
