"""Every form of ours, and the tour, lead to a page of docs/ and to a heading that stands on it."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PACKAGE = ROOT / "rts_factoring"
ROUTE = "/factoring-help"


def links() -> dict[str, str]:
	"""Where it stands → the address."""
	found = {}
	for path in sorted((PACKAGE / "rts_factoring" / "doctype").glob("*/*.json")):
		doctype = json.loads(path.read_text())
		if not doctype.get("istable"):
			found[doctype["name"]] = doctype.get("documentation", "")
	for path in (PACKAGE / "rts_factoring" / "module_onboarding").glob("*/*.json"):
		found[path.stem] = json.loads(path.read_text())["documentation_url"]
	pages = (PACKAGE / "rts_factoring" / "page").glob("*/*.js")
	for path in (*(PACKAGE / "public" / "js").glob("*.js"), *pages):
		for address in re.findall(rf'"({ROUTE}[^"]*)"', path.read_text()):
			found[path.name] = address
	return found


def anchors(text: str) -> set[str]:
	headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
	return {
		re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", heading.lower())).strip("-") for heading in headings
	}


@pytest.mark.parametrize(("where", "address"), links().items())
def test_a_form_leads_to_its_page(where, address):
	assert address.startswith(ROUTE + "/"), where
	page, _, anchor = address.removeprefix(ROUTE + "/").partition("#")
	text = (DOCS / f"{page}.md").read_text()
	assert not anchor or anchor in anchors(text), f"{where}: {page} has no heading {anchor}"


def test_every_form_of_ours_asks_for_the_link():
	text = (PACKAGE / "public" / "js" / "factoring.js").read_text()
	named = set(re.findall(r'^\t\t"([\w ]+)",$', text, re.MULTILINE))
	forms = {
		name
		for name in links()
		if (PACKAGE / "rts_factoring" / "doctype" / name.lower().replace(" ", "_")).exists()
	}
	assert named == forms


def test_pages_link_to_pages_and_pictures_that_exist():
	for path in DOCS.glob("*.md"):
		text = path.read_text()
		for page in re.findall(r"\]\(([\w-]+\.md)(?:#[\w-]*)?\)", text):
			assert (DOCS / page).exists(), f"{path.name}: {page}"
		for picture in re.findall(r"\]\((images/[^)]+)\)", text):
			assert re.fullmatch(r"images/[\w-]+\.(png|svg)", picture) and (DOCS / picture).exists(), (
				f"{path.name}: {picture}"
			)
