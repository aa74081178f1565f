"""The pages of docs/, shown on the site to users who are logged in."""

import base64
import re
from pathlib import Path

import frappe
from frappe import _
from frappe.utils import md_to_html

import rts_factoring

FOLDER = Path(rts_factoring.__file__).resolve().parent.parent / "docs"
ROUTE = "/factoring-help"
FIRST = "README"  # what stands there is the table of contents
_PICTURE = re.compile(r'src="images/([\w-]+\.(?:png|svg))"')
_PAGE = re.compile(r'href="([\w-]+)\.md(#[\w-]*)?"')


def pages() -> dict[str, str]:
	"""Name → title of every page, the table of contents first."""
	files = sorted(FOLDER.glob("*.md"), key=lambda file: (file.stem != FIRST, file.stem))
	return {file.stem: file.read_text().partition("\n")[0].lstrip("# ") for file in files}


def as_html(name: str) -> str:
	"""One page, with its pictures in it and links that lead to the other pages here."""
	if name not in pages():
		frappe.throw(_("The help has no such page."), frappe.PageDoesNotExistError)
	html = md_to_html((FOLDER / f"{name}.md").read_text())
	html = _PAGE.sub(lambda match: f'href="{address(match[1])}{match[2] or ""}"', html)
	return _PICTURE.sub(lambda match: f'src="{_picture(match[1])}" loading="lazy"', html)


def address(page: str) -> str:
	return ROUTE if page == FIRST else f"{ROUTE}/{page}"


def _picture(name: str) -> str:
	"""Embedded, because the web server does not serve docs/."""
	kind = "svg+xml" if name.endswith(".svg") else "png"
	return f"data:image/{kind};base64,{base64.b64encode((FOLDER / 'images' / name).read_bytes()).decode()}"
