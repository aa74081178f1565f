"""The wheel holds all that the command line needs."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
SOURCES = ("pyproject.toml", "setup.py", "requirements.txt", "README.md", "LICENSE", "rts_factoring")


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
	"""A folder with the wheel as pip installs it, made from a copy of the checkout."""
	source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("installed")
	for name in SOURCES:
		if (CHECKOUT / name).is_dir():
			shutil.copytree(
				CHECKOUT / name, source / name, ignore=shutil.ignore_patterns("__pycache__", "tests")
			)
		else:
			shutil.copy(CHECKOUT / name, source)
	pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
	subprocess.run([*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", source, source], check=True)
	wheel = next(source.glob("rts_factoring-*.whl"))
	subprocess.run([*pip, "install", "--no-deps", "--no-index", "--target", target, wheel], check=True)
	return target


def run(installed: Path, *arguments: str) -> str:
	done = subprocess.run(
		[sys.executable, installed / "bin" / "rts-factoring", *arguments],
		cwd=installed.parent,
		env=os.environ | {"PYTHONPATH": str(installed)},
		capture_output=True,
		text=True,
	)
	assert done.returncode == 0, done.stderr
	return done.stdout


def test_the_wheel_gives_the_command(installed):
	assert (installed / "rts_factoring" / "cli" / "__init__.py").exists()
	assert "inspect" in run(installed, "--help")


def test_the_command_of_the_wheel_reads_a_report(installed):
	said = run(installed, "inspect", str(CHECKOUT / "tests" / "fixtures" / "purchase_clean.xlsx"))
	assert "purchase report" in said
	assert "AF-10001" in said


def test_the_demo_of_the_wheel_finds_its_data(installed):
	for name in ("page.html", "page.css", "data/notice.txt", "data/receivables.csv"):
		assert (installed / "rts_factoring" / "cli" / "demo" / name).is_file(), name
