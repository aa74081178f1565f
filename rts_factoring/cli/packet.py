"""`rts-factoring packet`: an invoice and its documents as one PDF, in the order RTS reads them."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from rts_factoring.core.documents.kinds import guess_kind
from rts_factoring.core.documents.packet import Document, build_packet

from .output import counted, size, write_whole


def add_arguments(parser) -> None:
	parser.add_argument("target", metavar="OUT.pdf", type=Path)
	parser.add_argument("invoice", metavar="INVOICE.pdf", type=Path, help="goes first, as it is (see stamp)")
	parser.add_argument(
		"documents",
		metavar="DOCUMENT",
		type=Path,
		nargs="*",
		help="PDF or picture (JPG, PNG, TIFF, HEIC, WEBP, AVIF, BMP, GIF); its kind is guessed from its name",
	)
	parser.add_argument(
		"--max-mb", type=_megabytes, metavar="N", help="make pictures coarser until the packet fits"
	)
	parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args) -> int:
	documents = [Document(guess_kind(path.name), path.name, path.read_bytes()) for path in args.documents]
	limit = int(args.max_mb * 1000**2) if args.max_mb else None
	packet = build_packet(
		args.invoice.read_bytes(), documents, max_bytes=limit, invoice_name=args.invoice.name
	)
	write_whole(args.target, packet.content)
	if args.json:
		outline = [{"title": title, "page": page} for title, page in packet.outline]
		made = {"file": str(args.target), "bytes": len(packet.content), "sha256": packet.sha256}
		print(json.dumps({**made, "pages": packet.pages, "outline": outline}, ensure_ascii=False))
		return 0
	print(f"{args.target}: {counted(packet.pages, 'page')}, {size(len(packet.content))}")
	for title, page in packet.outline:
		print(f"  page {page:>3}  {title}")
	return 0


def _megabytes(text: str) -> float:
	try:
		value = float(text)
	except ValueError:
		value = 0.0
	if not 0 < value < 10_000:
		raise argparse.ArgumentTypeError(f"{text!r} is not a size in megabytes")
	return value
