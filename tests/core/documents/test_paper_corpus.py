"""Papers of every writer and camera at hand: each is taken whole, judged in time, and no broken copy of it does harm.

A normal run judges each third file and breaks each fifth; FULL=1 judges all, breaks each in three ways, and adds the degraded papers.
"""

import io
import os
from collections import Counter

import pypdfium2
import pytest

from rts_factoring.core.documents.disagreements import document_text
from rts_factoring.core.documents.kinds import DocumentKind
from rts_factoring.core.documents.packet import Document, build_packet, check_document
from rts_factoring.core.documents.quality import judge
from rts_factoring.core.errors import DocumentError
from tests.support.documents import pdf
from tests.support.paper_pictures import pictures
from tests.support.paper_writers import MARK, WRITERS, Paper, is_installed, mutated

FULL = bool(os.environ.get("FULL"))
INVOICE = pdf(["Invoice INV-1"])
LEAST = 200
MISSING = [library for library in WRITERS if not is_installed(library)]


def papers(writer: str) -> list[Paper]:
	return list(pictures() if writer == "pictures" else WRITERS[writer]())


def written_by(writer: str) -> list[tuple[Paper, Document]]:
	return [
		(paper, Document(DocumentKind.POD, paper.name, content))
		for paper in papers(writer)
		if (content := paper.make())
	]


def ink(page) -> float:
	"""Share of the page that is not white."""
	picture = page.render(scale=0.5).to_pil().convert("L")
	return sum(picture.histogram()[:200]) / (picture.width * picture.height)


@pytest.fixture(
	params=[*(library for library in WRITERS if library not in MISSING), "pictures"], scope="module"
)
def written(request):
	return written_by(request.param)


def test_every_paper_is_taken_whole_and_shows_what_it_says(written):
	packet = build_packet(INVOICE, [document for _, document in written])
	assert Counter(title.partition(": ")[2] for title, _ in packet.outline[1:]).most_common(1)[0][1] == 1
	starts = [page for _, page in packet.outline[1:]]
	ends = [*starts[1:], packet.pages + 1]
	made = pypdfium2.PdfDocument(packet.content)
	for (paper, document), start, end in zip(written, starts, ends, strict=True):
		assert (paper.name, end - start) == (paper.name, paper.pages)
		for number in range(start - 1, end - 1):
			assert ink(made[number]) > 0.002, paper.name
		if paper.says:
			assert MARK in " ".join(made[start - 1].get_textpage().get_text_range().split()), paper.name
			assert MARK in document_text(document), paper.name


def test_no_paper_is_warned_of(written):
	looked_at = written if FULL else written[::3]
	found = {document.file_name: judge(document.content, document.file_name) for _, document in looked_at}
	assert {name: [str(one) for one in each] for name, each in found.items() if each} == {}


def test_broken_copies_are_taken_or_refused_by_name(written):
	"""A fault of ours would be a RuntimeError, a hang `too_slow`."""
	for number, (paper, document) in enumerate(written):
		for seed in range(number, number + 3) if FULL else [number] * (number % 5 == 0):
			broken = Document(document.kind, paper.name, mutated(document.content, seed))
			judge(broken.content, paper.name)
			try:
				assert check_document(broken) > 0
			except DocumentError as error:
				assert error.code not in ("too_slow", "server_busy"), (paper.name, seed)
				assert error.where == paper.name


def test_the_corpus_is_large():
	count = sum(len(papers(writer)) for writer in (*WRITERS, "pictures") if writer not in MISSING)
	assert count >= LEAST or MISSING, count


@pytest.mark.skipif(not FULL, reason="FULL=1 draws the degraded papers")
def test_degraded_papers_are_still_taken():
	from tests.support.paper_faults import degraded

	for sample in degraded(3):
		assert check_document(Document(DocumentKind.POD, sample.name, sample.content)) == 1


def test_all_writers_are_installed():
	if MISSING:
		pytest.skip(f"not installed: {', '.join(MISSING)}")
	assert io.BytesIO(papers("pikepdf")[0].make()).read(5) == b"%PDF-"
