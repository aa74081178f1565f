"""A PDF written object by object, for what no library writes but some program does."""

LETTERS = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
SAYS = "PROOF OF DELIVERY"
TEXT = f"BT /F1 14 Tf 18 TL 72 700 Td ({SAYS}) Tj T* (Load 5530912, signed R. Delgado) Tj ET".encode()

Objects = dict[int, "str | tuple[str, bytes]"]  # number → dictionary, or dictionary and stream


def written(objects: Objects) -> bytes:
	"""A file of these objects, of which number 1 is the catalog, with a table of where each is."""
	out, places = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), {}
	for number, item in objects.items():
		places[number] = len(out)
		if isinstance(item, str):
			body = item.encode("latin-1")
		else:
			entries, data = item
			body = f"<< {entries} /Length {len(data)} >>\nstream\n".encode() + data + b"\nendstream"
		out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
	table, size = len(out), max(objects) + 1
	out += f"xref\n0 {size}\n0000000000 65535 f \n".encode()
	for number in range(1, size):
		out += f"{places.get(number, 0):010d} 00000 {'n' if number in places else 'f'} \n".encode()
	return bytes(out) + f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n".encode()


def page(
	box: str = "[0 0 612 792]",
	entries: str = "",
	catalog: str = "",
	text: bytes = TEXT,
	more: Objects | None = None,
) -> bytes:
	"""A file of one page; `entries` are more of the page's, `more` are more objects, from number 10 on."""
	objects: Objects = {
		1: f"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
		2: "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		3: f"<< /Type /Page /Parent 2 0 R /MediaBox {box} /Contents 4 0 R"
		f" /Resources << /Font << /F1 5 0 R >> >> {entries} >>",
		4: ("", text),
		5: LETTERS,
	}
	return written(objects | (more or {}))


def annotated(annotation: str, more: Objects | None = None, catalog: str = "") -> bytes:
	"""A page with one annotation, object 12, of 200 × 100 points; `annotation` are its entries."""
	item = f"<< /Type /Annot /Rect [100 500 300 600] /F 4 {annotation} >>"
	return page(entries="/Annots [12 0 R]", catalog=catalog, more={12: item, **(more or {})})


def field(entries: str, more: Objects | None = None) -> bytes:
	"""A page with one field of a form."""
	form = "/AcroForm << /Fields [12 0 R] /DA (/Helv 0 Tf 0 g) /DR << /Font << /Helv 5 0 R >> >> >>"
	return annotated(f"/Subtype /Widget /T (cargo) {entries}", more, form)
