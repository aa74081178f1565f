"""A person at the desk, in a browser."""

import base64
import os
import re
from contextlib import contextmanager
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from playwright.sync_api import expect

PICTURES = os.environ.get("DESK_PICTURES")  # a folder: every `look` leaves a picture there
DOCS_PICTURES = os.environ.get("DOCS_PICTURES")  # a folder: a `look` renews the picture of its name there
TIMEOUT = (
	int(os.environ.get("DESK_TIMEOUT", "90")) * 1000
)  # milliseconds the browser waits for something to appear

# Elements that stick out of the window or of what clips them, and texts that end in dots
MISFITS = """() => {
	const width = document.documentElement.clientWidth, found = [];
	const say = (e) => `${e.tagName.toLowerCase()}.${[...e.classList].join(".")} ${(e.innerText || "").trim().slice(0, 60)}`;
	const wide = document.documentElement.scrollWidth;
	if (wide > width + 1) {
		const reach = [...document.body.querySelectorAll("*")].filter((e) => Math.abs(e.getBoundingClientRect().right - wide) < 2);
		found.push(`the page is ${wide} wide: ${reach.slice(0, 5).map(say).join(", ")}`);
	}
	const scrolls = (e) => {
		for (let p = e; p && p !== document.body; p = p.parentElement)
			if (["auto", "scroll"].includes(getComputedStyle(p).overflowX) && p.scrollWidth > p.clientWidth + 1) return true;
	};
	// drawn by Frappe: charts, row numbers of reports, the title on a telephone, names of files
	const ignored = "svg, .sr-only, style, script, .dt-cell--col-0, .title-text, option, .dropdown-menu"
		+ ", .attached-file, .attached-file-link, .title-area, [class*=breadcrumb], .body-sidebar, .form-sidebar, .layout-side-section"
		+ ", .title-text-form, [data-fieldname=items]"
		+ ", .list-row-col, .page-form" // columns and filters of lists, whose widths Frappe sets
		+ ", .rts-table td" // one line a row; the panel has the whole text
		+ (width < 768 ? ", .form-grid, .list-subject, .page-actions" : "");
	const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	const seen = new Set();
	while (words.nextNode()) {
		const e = words.currentNode.parentElement;
		if (!words.currentNode.data.trim() || seen.has(e) || !e.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
		seen.add(e);
		if (e.closest(ignored)) continue;
		const range = document.createRange();
		range.selectNodeContents(words.currentNode);
		const box = range.getBoundingClientRect();
		if (!box.width || box.bottom < 0) continue;
		if (e.closest(".dt-cell:not(.dt-cell--header)") && e.innerText.trim().length > 40) continue; // a sentence in a report
		if (box.right > width + 1 && !e.closest(".dt-header, .dt-footer") && !scrolls(e)) { found.push(`outside the window: ${say(e)}`); continue; }
		for (let p = e; p && p !== document.body; p = p.parentElement) {
			if (p.matches(".dt-header, .dt-footer")) break; // they follow the table when it is scrolled
			const style = getComputedStyle(p);
			if (["auto", "scroll"].includes(style.overflowX)) break;
			if (style.overflowX === "visible") continue;
			const clip = p.getBoundingClientRect();
			if (box.right > clip.right + 1 || (style.textOverflow === "ellipsis" && p.scrollWidth > p.clientWidth + 1)) {
				found.push(`cut: ${say(e)}`);
				break;
			}
		}
	}
	return [...new Set(found)];
}"""


class Desk:
	"""One person at the desk; what they do is clicking and typing. Console errors are collected."""

	def __init__(self, browser, site: dict, user: str, width: int = 1280, height: int = 900):
		self.site, self.errors = site, []
		self.context = browser.new_context(viewport={"width": width, "height": height}, accept_downloads=True)
		self.page = self.context.new_page()
		self.page.set_default_timeout(TIMEOUT)
		self.page.on("console", self._console)
		self.page.on("pageerror", lambda error: self.errors.append(f"page: {error}"))
		self.page.on("response", self._refusal)
		self.page.goto(f"{site['url']}/login", wait_until="domcontentloaded", timeout=TIMEOUT)
		self.page.fill("#login_email", user)
		self.page.fill("#login_password", site["password"])
		self.page.click(".btn-login")
		self.page.wait_for_url(re.compile("/(app|desk)"), wait_until="commit")
		self.page.wait_for_function("() => window.frappe?.boot?.user && frappe.router?.current_route")
		self._check_realtime()

	def _check_realtime(self) -> None:
		try:
			self.page.wait_for_function("() => frappe.realtime.socket?.connected")
		except PlaywrightTimeout:
			said = self.site["realtime_log"].read_text(errors="replace")[-2000:]
			raise AssertionError(f"Realtime does not work. Its service says: {said}") from None

	def _console(self, message) -> None:
		"""The realtime service may come and go: what it sent is asked for again."""
		if message.type == "error" and "socket.io" not in f"{message.text} {message.location.get('url')}":
			self.errors.append(f"{message.text} ({message.location.get('url')})")

	def _refusal(self, response) -> None:
		"""What was asked and what was said, where the browser's own error gives only a number."""
		if response.status >= 400 and "/api/" in response.url:
			self.errors.append(f"{response.request.post_data or response.url} → {response.text()}"[:2000])

	def open(self, route: str) -> None:
		self.page.goto(f"{self.site['url']}/app/{route}", wait_until="domcontentloaded")
		self.page.wait_for_selector(".page-head:visible")

	def go(self, *route: str) -> None:
		"""Go to another place of the desk without loading the page again."""
		self.page.evaluate("(route) => frappe.set_route(...route)", list(route))
		self.page.wait_for_function(
			"(route) => frappe.get_route().join('/') === route.join('/') || frappe.get_route()[0] === route[0]",
			arg=list(route),
		)
		self.settled()

	def form(self, doctype: str, name: str) -> None:
		"""Open a saved document and wait until its form is drawn."""
		self.open(f"{doctype.lower().replace(' ', '-')}/{name}")
		self.settled()
		self.page.wait_for_function(
			"([doctype, name]) => window.cur_frm && cur_frm.doctype === doctype && cur_frm.doc.name === name"
			" && !cur_frm.is_new()",
			arg=[doctype, name],
		)

	def settled(self) -> None:
		"""Wait until nothing is being asked of the server."""
		self.page.wait_for_timeout(400)
		self.page.wait_for_function("() => window.frappe && !frappe.request.ajax_count")
		self.page.wait_for_timeout(300)

	def click(self, selector: str) -> None:
		self.page.locator(f"{selector} >> visible=true").first.click()

	def button(self, label: str, group: str = "") -> None:
		"""A button of the form's head, or of one of its menus."""
		if group:
			self.click(f".page-head .inner-group-button button:has-text('{group}')")
			self.click(f".page-head .inner-group-button .dropdown-menu a:has-text('{label}')")
		else:
			self.click(f".page-head button:has-text('{label}')")

	def fill(self, fieldname: str, value: str) -> None:
		field = self.page.locator(f"[data-fieldname='{fieldname}'] input >> visible=true").first
		field.fill(value)
		field.press("Tab")

	def link(self, fieldname: str, value: str) -> None:
		"""Type into a link field and choose what it offers."""
		field = self.page.locator(f"[data-fieldname='{fieldname}'] input >> visible=true").first
		field.click()
		field.fill(value)
		self.click(f"[data-fieldname='{fieldname}'] [role=option]:has-text('{value}')")

	def dialog(self, label: str) -> None:
		"""A button of the dialog in front."""
		self.page.locator(
			f".modal.show .modal-footer button:has-text('{label}') >> visible=true"
		).last.click()
		self.page.wait_for_timeout(400)

	def close(self) -> None:
		"""The message or dialog in front, once it stands still: while it comes in, Bootstrap takes no click."""
		self.page.wait_for_timeout(600)
		self.page.locator(".modal.show .btn-modal-close >> visible=true").last.click()
		self.page.wait_for_function("() => !document.querySelector('.modal.show, .modal-backdrop')")

	def save(self) -> None:
		self.click(".page-head .primary-action:has-text('Save')")
		self.settled()

	def submit(self, sees: str = "Submitted") -> None:
		"""Submit the form and confirm; the head of the page then shows `sees`."""
		self.click(".page-head .primary-action:has-text('Submit')")
		self.page.wait_for_timeout(600)
		self.dialog("Yes")
		self.sees(sees, ".page-head")
		self.settled()

	def drop(self, selector: str, name: str, content: bytes) -> None:
		"""Drop one file, as from a folder on the screen."""
		self.page.evaluate(
			"""([selector, name, content]) => {
				const bytes = Uint8Array.from(atob(content), (c) => c.charCodeAt(0));
				const transfer = new DataTransfer();
				transfer.items.add(new File([bytes], name));
				const target = [...document.querySelectorAll(selector)].find((e) => e.offsetParent);
				target.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
			}""",
			[selector, name, base64.b64encode(content).decode()],
		)

	def choose(self, fieldname: str, value: str) -> None:
		"""One of a select field."""
		self.page.locator(f"[data-fieldname='{fieldname}'] select >> visible=true").first.select_option(value)

	def tab(self, label: str) -> None:
		self.click(f"[role=tab]:has-text('{label}')")

	@contextmanager
	def expecting_errors(self):
		"""What the server or the browser refuses in the block is meant to be refused."""
		before = list(self.errors)
		yield
		self.settled()
		self.errors[:] = before

	def fits(self, *shown: str) -> None:
		"""Nothing makes the page wider than the window, and what `shown` selects stands within it whole."""
		self.settled()
		wide = self.page.evaluate(
			"""() => {
				const width = document.documentElement.clientWidth;
				if (document.documentElement.scrollWidth <= width && document.body.scrollWidth <= width) return [];
				const clipped = (e) => {
					for (let p = e.parentElement; p && p !== document.body; p = p.parentElement) {
						if (getComputedStyle(p).overflowX !== "visible" && p.getBoundingClientRect().right <= width) return true;
					}
				};
				return [...document.querySelectorAll("body *")]
					.filter((e) => e.offsetParent && e.getBoundingClientRect().right > width + 0.5 && !clipped(e))
					.map((e) => `${e.tagName}.${e.className} ${Math.round(e.getBoundingClientRect().right)}`)
					.slice(0, 12);
			}"""
		)
		assert wide == [], self.page.url
		for selector in shown:
			self.page.wait_for_selector(f"{selector} >> visible=true")
			boxes = self.page.locator(f"{selector} >> visible=true").evaluate_all(
				"""(found) => found.map((e) => {
					const clip = e.closest(".frappe-card, .page-head, body").getBoundingClientRect();
					return e.getBoundingClientRect().right <= Math.min(clip.right, window.innerWidth);
				})"""
			)
			assert boxes and all(boxes), f"{self.page.url}: {selector} {boxes}"

	def scroll_to(self, words: str) -> None:
		"""At once, because a form that is drawn again never stands still."""
		self.page.get_by_text(words).first.evaluate(
			"(element) => element.scrollIntoView({ block: 'center' })"
		)

	def accessible(self, *selectors: str) -> None:
		"""axe-core finds nothing serious in these parts of the page. What is around them is Frappe's."""
		self.settled()
		for selector in selectors:
			assert self.page.locator(f"{selector} >> visible=true").count(), selector
		found = Axe().run(self.page, context={"include": [[selector] for selector in selectors]}).response
		problems = [
			f"{rule['id']} ({rule['impact']}): {rule['help']}: {node['html'][:200]}"
			for rule in found["violations"]
			if rule["impact"] in ("serious", "critical")
			for node in rule["nodes"]
		]
		assert not problems, "\n".join([self.page.url, *problems])

	def cut(self) -> list[str]:
		"""Texts that stand on the page with an ellipsis, because there is no room for them."""
		return self.page.evaluate(
			"""() => [...document.querySelectorAll("body *")]
				.filter((e) => e.offsetParent && getComputedStyle(e).textOverflow === "ellipsis")
				.filter((e) => e.innerText.trim() && e.scrollWidth > e.clientWidth + 1)
				.map((e) => e.innerText.trim())"""
		)

	def misfits(self) -> list[str]:
		"""What is wider than the window, and words that are cut."""
		return self.page.evaluate(MISFITS)

	def text(self) -> str:
		return self.page.locator("body").inner_text()

	def sees(self, words: str | re.Pattern, selector: str = "body") -> None:
		place = self.page.locator(selector).filter(visible=True).first
		try:
			expect(place).to_contain_text(words, timeout=TIMEOUT, use_inner_text=True)
		except AssertionError:
			shown = place.inner_text() if place.count() else "nothing"
			raise AssertionError(f"{words} is not in {selector} of {self.page.url}: {shown[:1500]}") from None

	def look(self, name: str) -> None:
		paths = [Path(PICTURES, f"{name}.png")] if PICTURES else []
		if DOCS_PICTURES and (shown := Path(DOCS_PICTURES, f"{name}.png")).exists():
			paths.append(shown)
		if paths:
			self.settled()
			self.page.wait_for_timeout(1500)
		for path in paths:
			self.page.screenshot(path=path)
