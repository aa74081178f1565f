"""A real web server of the test site, and people who ask it: logged in, from the portal, or with nothing but a link."""

import socket
import subprocess
import sys
import time

import frappe
import requests

TIMEOUT = 60  # seconds for one answer


class Server:
	"""Runs as another process, with threads: rendering a PDF asks the site for its style sheets meanwhile."""

	def __init__(self):
		with socket.create_server(("127.0.0.1", 0)) as free:
			self.port = free.getsockname()[1]
		self.url = f"http://127.0.0.1:{self.port}"
		command = [sys.executable, "-m", "frappe.utils.bench_helper", "frappe", "--site", frappe.local.site]
		command += ["serve", "--port", str(self.port), "--noreload"]
		self.process = subprocess.Popen(
			command,
			cwd=frappe.utils.get_bench_path() + "/sites",
			stdout=subprocess.DEVNULL,
			stderr=subprocess.DEVNULL,
		)
		self._wait()

	def stop(self) -> None:
		self.process.terminate()
		self.process.wait()

	def person(self, user: str = "", password: str = "") -> "Person":
		"""Somebody with a browser; without a name a guest."""
		return Person(self.url, user, password)

	def _wait(self) -> None:
		deadline = time.monotonic() + 60
		while time.monotonic() < deadline:
			try:
				requests.get(f"{self.url}/api/method/ping", timeout=TIMEOUT)
				return
			except requests.ConnectionError:
				time.sleep(0.2)
		raise RuntimeError("The web server did not start.")


class Person:
	def __init__(self, url: str, user: str, password: str):
		self.url, self.user, self.session = url, user, requests.Session()
		if user:
			answer = self.session.post(
				f"{url}/api/method/login", data={"usr": user, "pwd": password}, timeout=TIMEOUT
			)
			answer.raise_for_status()

	def get(self, path: str, **params) -> requests.Response:
		return self.session.get(f"{self.url}{path}", params=params, timeout=TIMEOUT)

	def call(self, method: str, **params) -> requests.Response:
		return self.get(f"/api/method/{method}", **params)
