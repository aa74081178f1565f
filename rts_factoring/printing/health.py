"""Checks that the stamp reaches every print. Another app may take over the hook or the template that carries it."""

import frappe
from jinja2 import TemplateNotFound

from rts_factoring.core.errors import NoticeError
from rts_factoring.services.common.errors import translate
from rts_factoring.services.invoices import notices

HOOK = "rts_factoring.printing.stamp.pdf_body_html"  # of hooks.py
BETA_TEMPLATE = "templates/print_format/print_format.html"


class _Probe(dict):
	"""A stand-in for a Sales Invoice while the hooks are tried. It notes whether our hook was called with it."""

	def __init__(self):
		super().__init__(doctype="Sales Invoice", name="", meta=frappe._dict())
		self.reached = False

	def __getattr__(self, name):
		return self.get(name)


class _Template:
	filename = "probe"

	def render(self, *args, **kwargs):
		return "<div></div>"


def problems() -> list[str]:
	"""One message for each thing that keeps the stamp off some prints; empty when all is well."""
	errors = [] if reaches_body() else [_hook_shadowed()]
	if not reaches_beta():
		errors.append(NoticeError("template_shadowed", app=_template_app()))
	return [f"{translate(error.message)} {translate(error.hint)}" for error in errors]


def report_after_migrate() -> None:
	for problem in problems():
		print(f"rts_factoring: WARNING: {problem}")
		frappe.log_error(title="Notice of Assignment is shadowed", message=problem)


def is_probe(doc) -> bool:
	"""True when `doc` is only a probe of the hooks; notes that ours was reached."""
	if isinstance(doc, _Probe):
		doc.reached = True
		return True
	return False


def reaches_body() -> bool:
	"""True if a print reaches our `pdf_body_html`: it is the last one, or the last one calls it."""
	hooks = frappe.get_hooks("pdf_body_html")
	if not hooks or hooks[-1] == HOOK:
		return bool(hooks)
	probe = _Probe()
	try:
		args = {"doc": probe, "letter_head": "", "footer": "", "print_settings": frappe._dict()}
		frappe.get_attr(hooks[-1])(jenv=frappe.get_jenv(), template=_Template(), print_format=None, args=args)
	except Exception:
		frappe.clear_last_message()
		return probe.reached
	return probe.reached


def reaches_beta() -> bool:
	source, _name, _fresh = _beta_source()
	return "factoring_stamp" in source


def throw_shadowed() -> None:
	raise notices.print_error(_hook_shadowed())


def _hook_shadowed() -> NoticeError:
	return NoticeError("hook_shadowed", app=frappe.get_hooks("pdf_body_html")[-1].split(".")[0])


def _beta_source():
	jenv = frappe.get_jenv()
	try:
		return jenv.loader.get_source(jenv, BETA_TEMPLATE)
	except TemplateNotFound:
		return "", "", None


def _template_app() -> str:
	path = _beta_source()[1] or ""
	return next((app for app in frappe.get_installed_apps() if f"/{app}/templates/" in path), path)
