"""The tree of a PDF's pages: what is a page, and what it has from the branches above it."""

from __future__ import annotations

from typing import Any

from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NullObject

from .drawing import entry

INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")


def hand_down(root: Any, most: int) -> None:
	"""Give each page what the branches above it state, and each node the type that it has by its kids; up to `most` pages.

	pypdf hands what one branch states on to the branches after it, and leaves out a page that calls itself anything else.
	"""
	visited: set[int] = set()
	waiting: list[tuple[Any, dict[str, Any]]] = [(root, {})]
	pages = 0
	while waiting and pages <= most:
		node, stated = waiting.pop()
		if not isinstance(node, DictionaryObject) or id(node) in visited:
			continue
		visited.add(id(node))
		own = {key: node.raw_get(key) for key in INHERITED if _is_stated(node, key)}
		kids = entry(node, "/Kids")
		if isinstance(kids, ArrayObject):
			node[NameObject("/Type")] = NameObject("/Pages")
			for key in INHERITED:
				node.pop(key, None)
			waiting += [(kid.get_object(), {**stated, **own}) for kid in reversed(kids[: most + 1])]
			continue
		pages += 1
		node[NameObject("/Type")] = NameObject("/Page")
		for key, value in stated.items():
			if key not in own:
				node[NameObject(key)] = value


def _is_stated(node: DictionaryObject, key: str) -> bool:
	return not isinstance(entry(node, key), (type(None), NullObject))
