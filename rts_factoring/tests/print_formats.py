"""Print formats of each kind a site may have, made for the tests, and ways to look at a print."""

import html
import io
import json
import re
import shutil
import subprocess
import tempfile
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import frappe
from frappe.tests.utils import patch_hooks
from pypdf import PdfReader

JINJA, CLASSIC, BETA, DESIGNER = "RTS Jinja", "RTS Classic", "RTS Beta", "RTS Designer"
CHROME = shutil.which("chromium") or shutil.which("google-chrome") or ""

_JINJA = """<h1>INVOICE {{ doc.name }}</h1><p>{{ doc.customer_name }}</p>
{% for row in doc.items %}<p>{{ row.item_code }} {{ row.get_formatted("amount") }}</p>{% endfor %}"""
_CLASSIC = [
	{
		"fieldname": "print_heading_template",
		"fieldtype": "Custom HTML",
		"options": "<h2>INVOICE</h2> {{ doc.name }}",
	},
	{"fieldtype": "Section Break", "label": ""},
	{"fieldtype": "Column Break"},
	{"fieldname": "customer_name", "print_hide": 0, "label": "Customer"},
	{"fieldname": "grand_total", "print_hide": 0, "label": "Grand Total"},
]
_BETA = {
	"header": "",
	"sections": [
		{
			"label": "",
			"columns": [
				{
					"label": "",
					"fields": [
						{"label": "Invoice", "fieldname": "name", "fieldtype": "Data"},
						{"label": "Customer", "fieldname": "customer_name", "fieldtype": "Data"},
						{"label": "Grand Total", "fieldname": "grand_total", "fieldtype": "Currency"},
					],
				}
			],
		}
	],
}


def make() -> None:
	_format(JINJA, custom_format=1, print_format_type="Jinja", html=_JINJA)
	_format(CLASSIC, print_format_builder=1, format_data=json.dumps(_CLASSIC))
	_format(BETA, print_format_builder_beta=1, format_data=json.dumps(_BETA))
	_format(DESIGNER, custom_format=1, print_format_type="Jinja", html="designed elsewhere")
	frappe.db.set_single_value("Print Settings", "pdf_page_size", "Letter")
	frappe.db.commit()


def _format(name: str, **values) -> None:
	if not frappe.db.exists("Print Format", name):
		doc = frappe.get_doc({"doctype": "Print Format", "name": name, "doc_type": "Sales Invoice", **values})
		doc.insert()


# What an app like a print designer does: it renders its own formats whole, and hands others on.


def designer_body(print_format=None, jenv=None, args=None, template=None, **others):
	if print_format and print_format.name == DESIGNER:
		page = jenv.from_string(
			'<div id="__designer" style="position:relative;height:200px"><div style="position:absolute;top:20px">'
			"INVOICE {{ doc.name }}</div></div>"
		)
		return page.render(args)
	return frappe.get_attr("frappe.utils.pdf.pdf_body_html")(template=template, args=args)


def designer_that_chains(print_format=None, jenv=None, args=None, template=None, **others):
	"""Like the above, but calls the hook registered before it."""
	hooks = frappe.get_hooks("pdf_body_html")
	before = hooks[hooks.index("rts_factoring.tests.print_formats.designer_that_chains") - 1]
	html_ = frappe.get_attr(before)(print_format=print_format, jenv=jenv, args=args, template=template)
	return html_ + "<!-- designed -->"


def chrome_engine() -> AbstractContextManager:
	"""While it lasts `pdf_generator="chrome"` renders: by Frappe's own generator where the bench has it set up, else by ours."""
	configured = shutil.which(frappe.get_common_site_config().get("chromium_path") or "")
	if frappe.get_hooks("pdf_generator") and configured:
		return nullcontext()
	return patch_hooks({"pdf_generator": ["rts_factoring.tests.print_formats.chrome_pdf"]})


def chrome_pdf(print_format=None, html=None, options=None, output=None, pdf_generator=None):
	"""Render as Frappe 16 does with its Chrome generator; for a `pdf_generator` hook."""
	if pdf_generator != "chrome":
		return None
	with tempfile.TemporaryDirectory() as folder:
		page, out = Path(folder, "page.html"), Path(folder, "page.pdf")
		page.write_text(html)
		command = [CHROME, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
		command.append(f"--user-data-dir={folder}/profile")
		subprocess.run(
			[*command, f"--print-to-pdf={out}", page.as_uri()], check=True, capture_output=True, timeout=60
		)
		return out.read_bytes()


class Seen:
	"""A print as a reader has it: its words, pages and how often the stamp stands on it."""

	def __init__(self, content: bytes | str):
		if isinstance(content, bytes) and content[:5] == b"%PDF-":
			pages = [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]
		else:
			text = content.decode() if isinstance(content, bytes) else content
			pages = [
				html.unescape(re.sub(r"<style.*?</style>|<script.*?</script>|<[^>]+>", " ", text, flags=re.S))
			]
		self.pages = [" ".join(page.split()) for page in pages]
		self.text = " ".join(self.pages)

	def stamps(self, words: str) -> int:
		return _letters(self.text).count(_letters(words))


def _letters(text: str) -> str:
	"""Some PDF engines put spaces where there are none."""
	return re.sub(r"\W+", "", text)
