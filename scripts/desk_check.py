#!/usr/bin/env python3
"""Say whether browser tests can run on this bench: Chromium, a Node.js that its Frappe takes, built assets, and the site's name."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from bench_test import BENCH, default_site

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")


def main() -> int:
	problem = what_is_missing()
	if problem:
		print(problem)
	return int(bool(problem))


def what_is_missing() -> str:
	site = os.environ.get("BENCH_DESK_SITE") or default_site("rts-desk-test")
	if not Path(CHROMIUM).exists():
		return f"There is no Chromium at {CHROMIUM} (CHROMIUM names another)."
	if not find_node():
		return (
			f"Frappe of {BENCH} needs Node.js {needed_node()} or newer for realtime, and found is {found_nodes()}."
			" Put a newer one first in PATH, or let BENCH_NODE name its program."
		)
	if not (BENCH / "sites" / "assets" / "assets.json").exists():
		return f"The desk of {BENCH} is not built: run `bench build` there."
	if not is_named(site):
		return f"Realtime does not work: {site} is not the name of this machine. Use one that ends in .localhost."
	return ""


def needed_node() -> int:
	"""The major version that the bench's Frappe asks for."""
	package = BENCH / "apps" / "frappe" / "package.json"
	wanted = json.loads(package.read_text()).get("engines", {}).get("node", "") if package.exists() else ""
	number = re.search(r"\d+", wanted)
	return int(number.group()) if number else 18


def find_node() -> str | None:
	"""A Node.js that is new enough: BENCH_NODE, in PATH, or where nvm and people unpack one."""
	return next((path for path in _nodes() if (_major(path) or 0) >= needed_node()), None)


def found_nodes() -> str:
	return ", ".join(f"{path} ({_major(path)})" for path in _nodes()) or "none"


def _nodes() -> Iterator[str]:
	if named := os.environ.get("BENCH_NODE"):
		yield named
	for folder in os.environ.get("PATH", "").split(os.pathsep):
		if found := shutil.which("node", path=folder):
			yield found
	for pattern in ("node*/bin/node", ".nvm/versions/node/*/bin/node"):
		yield from map(str, sorted(Path.home().glob(pattern)))


def _major(path: str) -> int | None:
	try:
		said = subprocess.run([path, "--version"], capture_output=True, text=True, check=True, timeout=20)
	except (OSError, subprocess.SubprocessError):
		return None
	number = re.search(r"\d+", said.stdout)
	return int(number.group()) if number else None


def is_named(site: str) -> bool:
	"""Whether the site is found. Names under .localhost are: tests/support/localhost_names.cjs tells Node.js."""
	try:
		return site.endswith(".localhost") or bool(socket.gethostbyname(site))
	except OSError:
		return False


if __name__ == "__main__":
	sys.exit(main())
