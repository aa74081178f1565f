"""A real site with its web server, worker, realtime service and sandbox factor, and browsers on it.

`make desk-test`. The bench is BENCH_DIR, else ~/frappe-bench; the site BENCH_DESK_SITE, else rts-desk-test.localhost.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

sync_api = pytest.importorskip("playwright.sync_api")

CHECKOUT = Path(__file__).resolve().parents[2]
BENCH = Path(os.environ.get("BENCH_DIR") or Path.home() / "frappe-bench").resolve()
SITE = os.environ.get("BENCH_DESK_SITE", "rts-desk-test.localhost")
PYTHON = BENCH / "env" / "bin" / "python"
QUEUE = 10  # database of the bench's Redis, so that no other worker takes this site's jobs
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
PICTURES = os.environ.get("DESK_PICTURES")  # a folder: every `look` leaves a picture there
PATIENCE = 90_000  # milliseconds the browser waits for something to appear


def free_port() -> int:
	with socket.create_server(("127.0.0.1", 0)) as found:
		return found.getsockname()[1]


def listens(port: int) -> bool:
	with socket.socket() as client:
		return client.connect_ex(("127.0.0.1", port)) == 0


def wait_for(port: int) -> None:
	deadline = time.monotonic() + 60
	while not listens(port):
		assert time.monotonic() < deadline, f"Nothing listens on port {port}."
		time.sleep(0.2)


def environment() -> dict:
	config = json.loads((BENCH / "sites" / "common_site_config.json").read_text())
	queue = re.sub(r"/\d+$", "", config["redis_queue"].rstrip("/"))
	path = os.pathsep.join(filter(None, [str(CHECKOUT), os.environ.get("PYTHONPATH", "")]))
	return {**os.environ, "PYTHONPATH": path, "FRAPPE_REDIS_QUEUE": f"{queue}/{QUEUE}", "DEV_SERVER": "1"}


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
	env = {**os.environ, "BENCH_TEST_SITE": SITE}
	if not os.environ.get("DESK_SITE_READY"):  # said by who repeats the tests and changed no DocType
		setup = [sys.executable, CHECKOUT / "scripts" / "bench_test.py", "--setup-only"]
		subprocess.run(setup, env=env, check=True)
	prepare = [str(PYTHON), str(Path(__file__).parent / "prepare.py"), str(BENCH / "sites"), SITE]
	done = subprocess.run(
		prepare, cwd=BENCH / "sites", env=environment(), capture_output=True, text=True, check=False
	)
	assert done.returncode == 0, done.stderr
	found = json.loads(done.stdout.splitlines()[-1])
	config = json.loads((BENCH / "sites" / "common_site_config.json").read_text())
	realtime = int(config.get("socketio_port") or 9000)
	if shutil.which("node") and not listens(realtime):
		processes("socketio", ["node", "apps/frappe/socketio.js"], cwd=BENCH)
	port = free_port()
	told = BENCH / "sites" / SITE / "site_config.json"  # PDF engines fetch style sheets from there
	told.write_text(
		json.dumps({**json.loads(told.read_text()), "host_name": f"http://127.0.0.1:{port}"}, indent=1)
	)
	processes("web", frappe("--site", SITE, "serve", "--port", str(port), "--noreload"))
	processes("worker", frappe("worker", "--queue", "default,short,long", "--quiet"))
	wait_for(port)
	return {"url": f"http://{SITE}:{port}", **found}


@pytest.fixture(scope="session")
def factor(processes, tmp_path_factory):
	"""The sandbox factor as `rts-factoring sandbox` starts it."""
	root, port = tmp_path_factory.mktemp("factor"), free_port()
	command = [str(PYTHON), "-m", "rts_factoring", "sandbox", "--port", str(port), "--root", str(root)]
	log = processes("sandbox", [*command, "--client", "104233=Acme Freight LLC"], cwd=CHECKOUT)
	wait_for(port)
	fingerprint = re.search(r"SHA256:\S+", log.read_text()).group()
	return {"port": port, "root": root, "outbox": root / "outbox", "fingerprint": fingerprint}


class Desk:
	"""One person at the desk; what they do is clicking and typing. Console errors are collected."""

	def __init__(self, browser, site: dict, user: str, width: int = 1280, height: int = 900):
		self.site, self.errors = site, []
		self.context = browser.new_context(viewport={"width": width, "height": height}, accept_downloads=True)
		self.page = self.context.new_page()
		self.page.set_default_timeout(PATIENCE)
		self.page.on("console", self._console)
		self.page.on("pageerror", lambda error: self.errors.append(f"page: {error}"))
		self.page.on("response", self._refusal)
		self.page.goto(f"{site['url']}/login", wait_until="domcontentloaded", timeout=60_000)
		self.page.fill("#login_email", user)
		self.page.fill("#login_password", site["password"])
		self.page.click(".btn-login")
		self.page.wait_for_url(re.compile("/(app|desk)"), wait_until="commit")
		self.page.wait_for_selector(".page-head")

	def _console(self, message) -> None:
		"""The realtime service may come and go: what it sent is asked for again."""
		if message.type == "error" and "socket.io" not in f"{message.text} {message.location.get('url')}":
			self.errors.append(f"{message.text} ({message.location.get('url')})")

	def _refusal(self, response) -> None:
		"""What was asked and what was said, where the browser's own error gives only a number."""
		if response.status >= 400 and "/api/" in response.url:
			self.errors.append(f"{response.request.post_data or response.url} → {response.text()}"[:2000])

	def open(self, route: str) -> None:
		self.page.goto(f"{self.site['url']}/app/{route}", wait_until="domcontentloaded")
		self.page.wait_for_selector(".page-head:visible")

	def form(self, doctype: str, name: str) -> None:
		"""Open a saved document and wait until its form is drawn."""
		self.open(f"{doctype.lower().replace(' ', '-')}/{name}")
		self.settled()
		self.page.wait_for_function(
			"([doctype, name]) => window.cur_frm && cur_frm.doctype === doctype && cur_frm.doc.name === name"
			" && !cur_frm.is_new()",
			arg=[doctype, name],
		)

	def settled(self) -> None:
		"""Wait until nothing is being asked of the server."""
		self.page.wait_for_timeout(400)
		self.page.wait_for_function("() => window.frappe && !frappe.request.ajax_count")
		self.page.wait_for_timeout(300)

	def click(self, selector: str) -> None:
		self.page.locator(f"{selector} >> visible=true").first.click()

	def button(self, label: str, group: str = "") -> None:
		"""A button of the form's head, or of one of its menus."""
		if group:
			self.click(f".page-head .inner-group-button button:has-text('{group}')")
			self.click(f".page-head .inner-group-button .dropdown-menu a:has-text('{label}')")
		else:
			self.click(f".page-head button:has-text('{label}')")

	def fill(self, fieldname: str, value: str) -> None:
		field = self.page.locator(f"[data-fieldname='{fieldname}'] input >> visible=true").first
		field.fill(value)
		field.press("Tab")

	def link(self, fieldname: str, value: str) -> None:
		"""Type into a link field and choose what it offers."""
		field = self.page.locator(f"[data-fieldname='{fieldname}'] input >> visible=true").first
		field.click()
		field.fill(value)
		self.click(f"[data-fieldname='{fieldname}'] [role=option]:has-text('{value}')")

	def dialog(self, label: str) -> None:
		"""A button of the dialog in front."""
		self.page.locator(
			f".modal.show .modal-footer button:has-text('{label}') >> visible=true"
		).last.click()
		self.page.wait_for_timeout(400)

	def close(self) -> None:
		"""The message or dialog in front."""
		self.page.locator(".modal.show .btn-modal-close >> visible=true").last.click()
		self.page.wait_for_function("() => !document.querySelector('.modal.show, .modal-backdrop')")

	def save(self) -> None:
		self.click(".page-head .primary-action:has-text('Save')")
		self.settled()

	def drop(self, selector: str, name: str, content: bytes) -> None:
		"""Drop one file, as from a folder on the screen."""
		self.page.evaluate(
			"""([selector, name, content]) => {
				const bytes = Uint8Array.from(atob(content), (c) => c.charCodeAt(0));
				const transfer = new DataTransfer();
				transfer.items.add(new File([bytes], name));
				const target = [...document.querySelectorAll(selector)].find((e) => e.offsetParent);
				target.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
			}""",
			[selector, name, __import__("base64").b64encode(content).decode()],
		)

	def choose(self, fieldname: str, value: str) -> None:
		"""One of a select field."""
		self.page.locator(f"[data-fieldname='{fieldname}'] select >> visible=true").first.select_option(value)

	def tab(self, label: str) -> None:
		self.click(f"[role=tab]:has-text('{label}')")

	@contextmanager
	def expecting_errors(self):
		"""What the server or the browser refuses in the block is meant to be refused."""
		before = list(self.errors)
		yield
		self.settled()
		self.errors[:] = before

	def fits(self, *shown: str) -> None:
		"""Nothing makes the page wider than the window, and what `shown` selects stands within it whole."""
		self.settled()
		wide = self.page.evaluate(
			"""() => {
				const width = document.documentElement.clientWidth;
				if (document.documentElement.scrollWidth <= width && document.body.scrollWidth <= width) return [];
				const clipped = (e) => {
					for (let p = e.parentElement; p && p !== document.body; p = p.parentElement) {
						if (getComputedStyle(p).overflowX !== "visible" && p.getBoundingClientRect().right <= width) return true;
					}
				};
				return [...document.querySelectorAll("body *")]
					.filter((e) => e.offsetParent && e.getBoundingClientRect().right > width + 0.5 && !clipped(e))
					.map((e) => `${e.tagName}.${e.className} ${Math.round(e.getBoundingClientRect().right)}`)
					.slice(0, 12);
			}"""
		)
		assert wide == [], self.page.url
		for selector in shown:
			boxes = self.page.locator(f"{selector} >> visible=true").evaluate_all(
				"""(found) => found.map((e) => {
					const clip = e.closest(".frappe-card, .page-head, body").getBoundingClientRect();
					return e.getBoundingClientRect().right <= Math.min(clip.right, window.innerWidth);
				})"""
			)
			assert boxes and all(boxes), f"{self.page.url}: {selector} {boxes}"

	def text(self) -> str:
		return self.page.locator("body").inner_text()

	def sees(self, words: str, selector: str = "body") -> None:
		sync_api.expect(self.page.locator(selector).filter(visible=True).first).to_contain_text(
			words, timeout=PATIENCE, use_inner_text=True
		)

	def look(self, name: str) -> None:
		if PICTURES:
			self.settled()
			self.page.wait_for_timeout(1500)
			self.page.screenshot(path=f"{PICTURES}/{name}.png")


@pytest.fixture(scope="session")
def browser():
	with sync_api.sync_playwright() as playwright:
		found = playwright.chromium.launch(
			executable_path=CHROMIUM if Path(CHROMIUM).exists() else None,
			args=["--no-sandbox", "--disable-background-networking"],
		)
		yield found
		found.close()


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
