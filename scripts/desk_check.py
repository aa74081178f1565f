#!/usr/bin/env python3
"""Say whether browser tests can run on this bench: Chromium, Node.js, and realtime, which needs the site's name in /etc/hosts."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from bench_test import default_site

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
HOSTS = Path("/etc/hosts")


def main() -> int:
	site = os.environ.get("BENCH_DESK_SITE") or default_site("rts-desk-test")
	if not Path(CHROMIUM).exists():
		print(f"There is no Chromium at {CHROMIUM} (CHROMIUM names another).")
	elif not shutil.which("node"):
		print("Node.js is not installed.")
	elif not is_named(site):
		print(f"Realtime does not work: add the line '127.0.0.1 {site}' to /etc/hosts.")
	else:
		return 0
	return 1


def is_named(site: str) -> bool:
	"""Whether Node.js finds the site. Unlike a browser, it does not know that *.localhost is this machine."""
	if site in HOSTS.read_text().split():
		return True
	if os.environ.get("CI_MAY_WRITE_HOSTS") and os.access(HOSTS, os.W_OK):
		with HOSTS.open("a") as lines:
			lines.write(f"127.0.0.1 {site}\n")
		return True
	try:
		return not site.endswith(".localhost") and bool(socket.gethostbyname(site))
	except OSError:
		return False


if __name__ == "__main__":
	sys.exit(main())
