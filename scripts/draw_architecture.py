#!/usr/bin/env python3
"""Draw docs/images/architecture.svg from the real imports: `make architecture`.

Each box is a package or a module, each row a layer, and an arrow says "imports". An arrow is left out when a longer
way of arrows leads to the same box. An import that goes up or sideways ends the script with an error.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape  # nosec B406 # writes, and parses nothing

import grimp

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "images" / "architecture.svg"
PACKAGE = "rts_factoring"

# Top to bottom: a row may import only rows below it.
BANDS = {
	"Entry points: when something happens": [
		{
			"tasks": "what the scheduler starts",
			"api": "REST calls, form calls",
			"rts_factoring": "doctypes and reports",
			"overrides": "events of ERPNext's documents",
			"cli": "the command line",
		},
		{
			"printing": "the notice on prints",
			"permissions": "which company a user sees",
			"www": "help pages",
			"install": "install, uninstall, patches",
		},
	],
	"Services: what happens (Frappe)": [
		{"services.views": "checklist, timeline, statements"},
		{"services.reports": "read, match, review, post, undo"},
		{
			"services.batches": "batch, schedule file, delivery",
			"services.accounting": "ledger, journal entries, deposits",
		},
		{"services.invoices": "readiness, documents, notices, packets"},
		{"services.company": "settings, connection, accounts, alerts"},
		{"services.common": "errors, logs, help", "compat": "Frappe 15 or 16"},
	],
	"Core: what it means (no Frappe)": [
		{
			"core.reconciliation": "identity, matching, posting matrix, positions",
			"sandbox": "a factor to rehearse with",
		},
		{
			"core.reports": "file to typed rows",
			"core.notice": "text and overlay",
			"core.schedule": "batch to CSV",
			"core.delivery": "SFTP, FTPS, host key",
		},
		{"core.documents": "PDFs and pictures to one packet"},
		{
			"core.eligibility": "may it be factored, and why not",
			"core.forecast": "weeks, medians, yearly rates",
		},
		{"core.model": "the nouns"},
		{"core.debtors": "names compared", "core.money": "two decimals", "core.errors": "code and values"},
		{"core.messages": "code to text and fix"},
	],
}
PART_OF = {"uninstall": "install", "custom_fields": "install", "indexes": "install", "patches": "install"}
LEFT_OUT = {"", "__main__", "hooks", "tests", "templates"}  # the package itself, and lists of names

ROW_HEIGHT, BOX_HEIGHT, GAP, LINE_GAP, MARGIN, BAND_GAP = 74, 42, 26, 14, 28, 34
STRAIGHT = (8, 2, 1)  # how strongly a line pulls its ends together that joins no, one or two boxes


class Node(NamedTuple):
	"""A box, or (when `name` is empty) the place where arrows to `target` pass through a row."""

	row: int
	name: str = ""
	target: str = ""

	@property
	def width(self) -> float:
		if not self.name:
			return 6
		return max(8.0 * len(self.name), 6.1 * len(captions()[self.name])) + 20


def captions() -> dict[str, str]:
	return {name: text for rows in BANDS.values() for row in rows for name, text in row.items()}


def row_of() -> dict[str, int]:
	rows = [row for rows in BANDS.values() for row in rows]
	return {name: number for number, row in enumerate(rows) for name in row}


# From imports to arrows


def room(module: str) -> str:
	"""The box a module is in: `rts_factoring.core.notice.overlay` is in `core.notice`."""
	parts = module.split(".")[1:]
	name = ".".join(parts[:2] if parts[:1] in (["core"], ["services"]) else parts[:1])
	return PART_OF.get(name, name)


def imports() -> set[tuple[str, str]]:
	graph = grimp.build_graph(PACKAGE, exclude_type_checking_imports=False)
	pairs = {
		(room(importer), room(imported))
		for importer in graph.modules
		for imported in graph.find_modules_directly_imported_by(importer)
	}
	skipped = LEFT_OUT | {"core", "services"}
	return {(a, b) for a, b in pairs if a != b and a not in skipped and b not in skipped}


def check(pairs: Iterable[tuple[str, str]]) -> None:
	rows = row_of()
	for importer, imported in sorted(pairs):
		for name in (importer, imported):
			if name not in rows:
				raise SystemExit(f"{name} has no row in the picture. Add it to BANDS.")
		if rows[importer] >= rows[imported]:
			raise SystemExit(f"{importer} imports {imported}, which is not below it.")


def direct(pairs: set[tuple[str, str]]) -> set[tuple[str, str]]:
	"""Without the arrows that a longer way already says."""
	below = defaultdict(set)
	for importer, imported in pairs:
		below[importer].add(imported)

	def reached(name: str) -> set[str]:
		return below[name].union(*(reached(other) for other in below[name]))

	return {(a, b) for a, b in pairs if not any(b in reached(other) for other in below[a] - {b})}


# From arrows to places


def layers(arrows: set[tuple[str, str]]) -> tuple[list[list[Node]], set[tuple[Node, Node]]]:
	"""The nodes of each row, and the lines between neighbouring rows. Arrows to one box share their way."""
	rows = row_of()
	found: list[list[Node]] = [[] for _ in range(max(rows.values()) + 1)]
	for name, row in rows.items():
		found[row].append(Node(row, name))
	lines = set()
	for importer, imported in sorted(arrows):
		way = [Node(row, target=imported) for row in range(rows[importer] + 1, rows[imported])]
		nodes = [Node(rows[importer], importer), *way, Node(rows[imported], imported)]
		lines |= set(pairwise(nodes))
		for node in way:
			if node not in found[node.row]:
				found[node.row].append(node)
	return found, lines


def neighbours(lines: set[tuple[Node, Node]]) -> tuple[dict[Node, list[Node]], dict[Node, list[Node]]]:
	above, below = defaultdict(list), defaultdict(list)
	for upper, lower in sorted(lines, key=str):
		above[lower].append(upper)
		below[upper].append(lower)
	return above, below


def crossings(rows: list[list[Node]], lines: set[tuple[Node, Node]]) -> int:
	place = {node: number for row in rows for number, node in enumerate(row)}
	count = 0
	for row in range(len(rows)):
		ends = sorted((place[a], place[b]) for a, b in lines if a.row == row)
		count += sum(a < c and b > d for i, (a, b) in enumerate(ends) for c, d in ends[i + 1 :])
	return count


def order(rows: list[list[Node]], lines: set[tuple[Node, Node]]) -> list[list[Node]]:
	"""Each row sorted by the mean place of its neighbours, down and up in turn; the order with fewest crossings wins."""
	above, below = neighbours(lines)
	best, fewest = [list(row) for row in rows], crossings(rows, lines)
	rows = [list(row) for row in rows]
	for turn in range(40):
		towards = below if turn % 2 else above
		for row in reversed(rows) if turn % 2 else rows:
			place = {node: number for other in rows for number, node in enumerate(other)}
			mean = {
				node: sum(place[o] for o in towards[node]) / len(towards[node])
				if towards[node]
				else place[node]
				for node in row
			}
			row.sort(key=lambda node: mean[node])
		if (count := crossings(rows, lines)) < fewest:
			best, fewest = [list(row) for row in rows], count
	return best


def spread(row: list[Node], wanted: dict[Node, float]) -> dict[Node, float]:
	"""The places nearest to those wanted that keep the order and the gaps (pool adjacent violators)."""
	offset, blocks = 0.0, []
	for number, node in enumerate(row):
		if number:
			previous = row[number - 1]
			offset += (previous.width + node.width) / 2 + (GAP if previous.name and node.name else LINE_GAP)
		weight = 1.0 if node.name else 4.0
		blocks.append(((wanted[node] - offset) * weight, weight, [(node, offset)]))
		while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] > blocks[-1][0] / blocks[-1][1]:
			(total, mass, nodes), (total_2, mass_2, nodes_2) = blocks[-2:]
			blocks[-2:] = [(total + total_2, mass + mass_2, nodes + nodes_2)]
	return {node: total / mass + shift for total, mass, nodes in blocks for node, shift in nodes}


def place(rows: list[list[Node]], lines: set[tuple[Node, Node]]) -> dict[Node, float]:
	"""The middle of each node, counted from the left. Long arrows are kept straight."""
	above, below = neighbours(lines)
	x = {node: 150.0 * number for row in rows for number, node in enumerate(row)}
	for turn in range(400):
		for row in reversed(rows) if turn % 2 else rows:
			wanted = {}
			for node in row:
				pulls = [(x[o], STRAIGHT[bool(node.name) + bool(o.name)]) for o in above[node] + below[node]]
				pulls = pulls or [(x[node], 1)]
				wanted[node] = sum(at * pull for at, pull in pulls) / sum(pull for _, pull in pulls)
			x.update(spread(row, wanted))
	left = min(x[node] - node.width / 2 for node in x)
	return {node: at - left + MARGIN for node, at in x.items()}


# From places to the picture

STYLE = """
	.band { fill: #f4f6f9; } .title { font: 600 13px sans-serif; fill: #5b6675; }
	.box { fill: #fff; stroke: #5b6675; } .name { font: 600 13px monospace; fill: #1d2733; }
	.caption { font: 11px sans-serif; fill: #4a5563; } text { text-anchor: middle; }
	.title { text-anchor: start; paint-order: stroke; stroke: #f4f6f9; stroke-width: 6px; }
	.line { fill: none; stroke: #7b8794; stroke-width: 1.3; } .head { fill: #7b8794; }
"""


def draw() -> str:
	pairs = imports()
	check(pairs)
	rows, lines = layers(direct(pairs))
	rows = order(rows, lines)
	x = place(rows, lines)
	width = round(max(x[node] + node.width / 2 for node in x) + MARGIN)
	tops, bands, titles, y = [], [], [], 0
	for title, band in BANDS.items():
		start = y
		y += BAND_GAP
		for _ in band:
			tops.append(y)
			y += ROW_HEIGHT
		y -= ROW_HEIGHT - BOX_HEIGHT - 14
		bands.append(f'<rect class="band" x="0" y="{start}" width="{width}" height="{y - start}" rx="8"/>')
		titles.append(f'<text class="title" x="12" y="{start + 20}">{escape(title)}</text>')
		y += 30
	shapes = [line(upper, lower, x, tops) for upper, lower in sorted(lines, key=str)]
	shapes += [box(node, x[node], tops[node.row]) for row in rows for node in row if node.name]
	return (
		f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-8 -8 {width + 16} {y - 14}" width="{width + 16}" role="img">\n'
		f"<title>Packages of {PACKAGE} and what imports what: every arrow points down</title>\n"
		f"<style>{STYLE}</style>\n"
		'<marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
		'<path class="head" d="M0 0 8 4 0 8z"/></marker>\n'
		+ "\n".join(
			[
				f'<rect x="-8" y="-8" width="{width + 16}" height="{y - 14}" fill="#fff"/>',
				*bands,
				*shapes,
				*titles,
			]
		)
		+ "\n</svg>\n"
	)


def line(upper: Node, lower: Node, x: dict[Node, float], tops: list[int]) -> str:
	start = tops[upper.row] + BOX_HEIGHT
	end = tops[lower.row] - (2 if lower.name else 0)
	from_x, to_x, bend = round(x[upper]), round(x[lower]), round((end - start) / 2)
	path = f"M{from_x} {start}C{from_x} {start + bend} {to_x} {end - bend} {to_x} {end}"
	path += "" if lower.name else f"V{end + BOX_HEIGHT}"
	names = f'data-from="{upper.name or upper.target}" data-to="{lower.name or lower.target}"'
	head = ' marker-end="url(#head)"' if lower.name else ""
	return f'<path class="line" {names} d="{path}"{head}/>'


def box(node: Node, middle: float, top: int) -> str:
	left = round(middle - node.width / 2)
	return (
		f'<rect class="box" x="{left}" y="{top}" width="{round(node.width)}" height="{BOX_HEIGHT}" rx="5"/>'
		f'<text class="name" x="{round(middle)}" y="{top + 18}">{escape(node.name)}</text>'
		f'<text class="caption" x="{round(middle)}" y="{top + 33}">{escape(captions()[node.name])}</text>'
	)


if __name__ == "__main__":
	PICTURE.write_text(draw())
	print(f"{PICTURE.relative_to(ROOT)} is drawn.")
	sys.exit()
