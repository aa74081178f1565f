"""Texts that are markup, and the question whether a page took one of them for its own.

Each text is `A&B`, the name of its place, and an element that reports itself to the page when it is made.
"""

WATCH = """
window.__ran = [];
window.__core = ".dialog-assignment-row"; // Frappe 16's own list of who a document is assigned to, full names as HTML
window.__x = (element) => element.closest(window.__core) || window.__ran.push(element.dataset.xss);
"""
FOUND = """() => {
	const elements = [...document.querySelectorAll("[data-xss]")].filter((e) => !e.closest(window.__core));
	const made = elements.map((e) => e.dataset.xss);
	const ran = window.__ran || [];
	return [...new Set([...made, ...ran.map((name) => `${name} ran`)])].sort();
}"""


PLACES = """() => [...document.querySelectorAll("[data-xss]")].map((e) => {
	const path = [];
	for (let p = e.parentElement; p && path.length < 5; p = p.parentElement) path.unshift(p.className || p.tagName);
	return `${e.dataset.xss} in ${path.join(" > ")}`;
})"""


def element(place: str) -> str:
	"""Alone; short enough for a sheet's name when `place` is one letter."""
	return f"<img src=x data-xss={place}>"


def text(place: str) -> str:
	"""As an element, also after an attribute in quotes."""
	return f'A&B {place} "><img src=x data-xss={place} onerror=__x(this)>'


def single(place: str) -> str:
	"""The same after an apostrophe, by another element."""
	return f"A&B {place} '><svg data-xss={place} onload=__x(this)></svg>"


def attribute(place: str) -> str:
	"""Another attribute of the element around it."""
	return f'A&B {place} " data-xss={place} x="'


def unclosed(place: str) -> str:
	"""An element that the page's own markup closes; what strips whole tags leaves it."""
	return f"A&B {place} <img src=x data-xss={place} onerror=__x(this) x"


def quoted(place: str) -> str:
	"""JSON to Frappe, which takes the elements out of other texts that are saved."""
	return f'"A&B {place} <img src=x data-xss={place} onerror=__x(this)>"'


def found(page) -> list[str]:
	"""The places whose text became an element, in any frame of the page."""
	names: set[str] = set()
	for frame in page.frames:
		if frame.url.startswith(("http", "about")):
			names |= set(frame.evaluate(FOUND))
	return sorted(names)
