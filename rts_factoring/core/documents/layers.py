"""Layers of a PDF (optional content): what is switched off in a file stays unseen where its pages are carried over."""

from __future__ import annotations

from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject

from .drawing import entry


def carry_layers(reader: PdfReader, writer: PdfWriter) -> None:
	"""Add the layers that came along with the pages of `reader` to the writer's own list, off where they are off there."""
	root: Any = reader.trailer["/Root"]
	properties = entry(root, "/OCProperties")
	if not isinstance(properties, DictionaryObject):
		return
	known = [layer for layer in entry(properties, "/OCGs") or [] if isinstance(layer, IndirectObject)]
	default = entry(properties, "/D")
	if not isinstance(default, DictionaryObject):
		default = DictionaryObject()
	shown, hidden = (_numbers(entry(default, key)) for key in ("/ON", "/OFF"))
	if default.get("/BaseState") == "/OFF":
		hidden |= {layer.idnum for layer in known} - shown
	places = writer._id_translated.get(id(reader), {})
	for layer in known:
		if (place := places.get(layer.idnum)) is not None:
			_add(writer, IndirectObject(place, 0, writer), layer.idnum in hidden)


def _numbers(layers: Any) -> set[int]:
	return {layer.idnum for layer in layers or [] if isinstance(layer, IndirectObject)}


def _add(writer: PdfWriter, layer: IndirectObject, is_hidden: bool) -> None:
	root: Any = writer._root_object
	if "/OCProperties" not in root:
		default = {NameObject(key): ArrayObject() for key in ("/OFF", "/Order")}
		root[NameObject("/OCProperties")] = DictionaryObject(
			{NameObject("/OCGs"): ArrayObject(), NameObject("/D"): DictionaryObject(default)}
		)
	properties = root["/OCProperties"]
	properties["/OCGs"].append(layer)
	if is_hidden:
		properties["/D"]["/OFF"].append(layer)
