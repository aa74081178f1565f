"""The packages stand where a developer and an installer look for them."""

import re
import sys
from pathlib import Path

import pytest
from pip._vendor.packaging.requirements import Requirement

tomllib = pytest.importorskip("tomllib") if sys.version_info >= (3, 11) else pytest.importorskip("tomli")

CHECKOUT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
LINES = (CHECKOUT / "requirements.txt").read_text().splitlines()
REQUIRED = [Requirement(line) for line in LINES if line and not line.startswith("#")]


@pytest.mark.parametrize("name", ["paramiko", "openpyxl", "pypdf", "reportlab"])
def test_what_the_app_needs_is_in_the_requirements(name):
	assert name in {requirement.name for requirement in REQUIRED}


@pytest.mark.parametrize("name", ["pytest", "frappe-bench"])
def test_what_a_developer_needs_is_in_the_extra_that_contributing_names(name):
	extra = re.search(r"pip install -e \.\[(\w+)\]", (CHECKOUT / "CONTRIBUTING.md").read_text())[1]
	wanted = [Requirement(line) for line in PROJECT["optional-dependencies"][extra]]
	assert name in {requirement.name for requirement in wanted}


# What Frappe pins, by the Python of its version. "bench get-app" upgrades up to our bounds and no further.
FRAPPE = {
	"3.11": {"Jinja2": "3.1.6", "MarkupSafe": "2.1.5", "Pillow": "12.1.1", "cryptography": "46.0.7"}
	| {"openpyxl": "3.1.5", "pypdf": "6.7.1"},
	"3.14": {"Jinja2": "3.1.6", "Pillow": "12.1.1", "cryptography": "46.0.7", "openpyxl": "3.1.5"}
	| {"pypdf": "6.6.2"},
}
NEXT = {
	"MarkupSafe": "3.0.0",
	"Pillow": "12.2.0",
	"cryptography": "47.0.0",
	"pypdf": "6.7.2",
	"Jinja2": "4.0.0",
}


@pytest.mark.parametrize("python", FRAPPE)
def test_the_bounds_allow_what_frappe_pins_and_nothing_newer(python):
	environment = {"python_version": python}
	bounds = {
		requirement.name: requirement.specifier
		for requirement in REQUIRED
		if requirement.marker is None or requirement.marker.evaluate(environment)
	}
	for name, version in FRAPPE[python].items():
		assert bounds[name].contains(version), name
		assert name not in NEXT or not bounds[name].contains(NEXT[name]), name
