"""Reports whose every text is markup, and a walk through the desk that finds where one became a part of the page."""

import re

from tests.support import markup as m

ACME, CUSTOMER = "Acme Freight LLC", "A&B Freight"
TITLES = [[m.text("title")], ["Client #:", "104233"]]
HEADER = [
	"Invoice #",
	"Customer",
	"Status",
	"PO #",
	"Reason",
	"Invoice Amount",
	"Purchase Amount",
	"Discount",
]
HEADER += ["Reserve", "Net", m.text("header"), m.quoted("header_two"), m.quoted("header_three")]
HEADER += [m.unclosed("header_four"), m.single("header_five")]
AMOUNTS = [1000, 1000, 30, 50, 920]
FUNDING = [
	["MK-1", m.text("debtor"), "Purchased", m.text("po"), m.text("reason"), *AMOUNTS, 9, 8, 7, 6, 5],
	["MK-2", m.unclosed("debtor"), m.quoted("word"), m.single("po"), m.unclosed("reason"), *AMOUNTS],
	[m.text("number"), m.single("debtor"), "Purchased", m.attribute("po"), m.single("reason"), *AMOUNTS],
	["MK-3", m.attribute("debtor"), m.unclosed("word_two"), None, m.attribute("reason"), *AMOUNTS],
	[m.unclosed("number"), m.text("debtor"), "Held", None, m.text("reason"), *AMOUNTS],
	["MK-4", CUSTOMER, "Purchased", None, None, *AMOUNTS],
	["MK-5", CUSTOMER, "Purchased", None, None, *AMOUNTS],
	["MK-6", CUSTOMER, "Purchased", None, None, *AMOUNTS],
	[None, None, m.quoted("word"), None, m.text("reason"), *[None] * 4, -15],
	[None, None, m.unclosed("word_two"), None, m.text("reason"), *[None] * 4, -15],
	[f"Total {m.text('total')}", None, None, None, None, 8000, 8000, 240, 400, 7361],
]
PAID_HEADER = ["Invoice #", "Customer", "Check #", "Payment Date", "Type", "Payment Amount", "Description"]
PAID_HEADER += [m.text("paid_header")]
DAY = "11/12/2026"
PAID = [
	["MK-4", m.text("paid_debtor"), m.text("check"), DAY, "Short Pay", 960, m.text("paid_reason"), 3],
	[
		"MK-5",
		m.unclosed("paid_debtor"),
		m.unclosed("check"),
		DAY,
		m.text("paid_word"),
		1000,
		m.unclosed("paid_reason"),
	],
	[
		m.text("paid_number"),
		m.single("paid_debtor"),
		m.attribute("check"),
		DAY,
		"Payment",
		1000,
		m.text("paid_reason"),
	],
	["MK-6", CUSTOMER, m.single("check"), DAY, "Over Pay", 1010, m.attribute("paid_reason")],
]

FILTERED = (
	"header",
	"host",
	"username",
	"s",
	"cells",
)  # Frappe's own filter escaped them when they were saved


def escaped_twice(text: str) -> list[str]:
	return sorted(set(re.findall(r"A&amp;B (\w+)", text)) - set(FILTERED))


class Walk:
	"""Goes through the desk, and notes where a text became an element."""

	def __init__(self, desk):
		self.desk, self.page, self.wrong = desk, desk.page, []
		self.page.on("dialog", lambda dialog: dialog.dismiss())

	def look(self, where: str, but: tuple[str, ...] = ()) -> None:
		"""`but`: texts of ERPNext's own fields, on a screen of ERPNext's that shows them as HTML."""
		self.desk.settled()
		self.page.wait_for_timeout(150)
		if made := [name for name in m.found(self.page) if name.partition(" ")[0] not in but]:
			places = "; ".join(self.page.evaluate(m.PLACES))
			self.wrong.append(f"{where}: {', '.join(made)} ({places})")
			self.page.evaluate(
				"() => { window.__ran = []; document.querySelectorAll('[data-xss]').forEach((e) => e.remove()); }"
			)
		self.wrong += [f"{where}: {name} is escaped twice" for name in escaped_twice(self.desk.text())]

	def clean(self) -> None:
		wrong, self.wrong[:] = list(self.wrong), []
		assert not wrong, "\n".join(wrong)

	def front(self) -> None:
		"""Close the messages and dialogs in front."""
		self.page.evaluate(
			"() => { frappe.hide_msgprint(true); while (window.cur_dialog) { const d = cur_dialog; d.hide(); if (window.cur_dialog === d) break; } }"
		)
		self.page.wait_for_timeout(500)
		self.page.wait_for_function("() => !document.querySelector('.modal.show')")
