#!/usr/bin/env python3
"""Keep the database of this version for the test of upgrades: `python3 scripts/make_upgrade_fixture.py`.

Run once for each release, on the bench and the test site of scripts/bench_test.py. It writes
tests/fixtures/upgrade/VERSION.json.gz, which later versions load and migrate. A file that exists is not written again.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts import bench_test

IN_THE_BENCH = """
import sys, frappe
frappe.init(sys.argv[1], sites_path=".")
frappe.connect()
frappe.set_user("Administrator")
from rts_factoring.tests import upgrade_fixture
print(upgrade_fixture.write())
"""


def main() -> int:
	if missing := bench_test.what_is_missing():
		print(f"No bench to make it on: {missing}")
		return 2
	source = (bench_test.CHECKOUT / bench_test.APP / "__init__.py").read_text()
	version = re.search(r'__version__ = "(.+)"', source).group(1)
	file = bench_test.CHECKOUT / "tests" / "fixtures" / "upgrade" / f"{version}.json.gz"
	if file.exists():
		print(
			f"{file} exists: the database of {version} is kept. Raise the version, or delete the file first."
		)
		return 2
	with bench_test.one_at_a_time():
		bench_test.start_services()
		bench_test.install_requirements()
		bench_test.link_app()
		bench_test.prepare_site()
		with bench_test.web_server():
			return subprocess.run(
				[bench_test.PYTHON, "-c", IN_THE_BENCH, bench_test.SITE],
				cwd=bench_test.BENCH / "sites",
				env=bench_test.environment(),
			).returncode


if __name__ == "__main__":
	sys.exit(main())
