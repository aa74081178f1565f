"""Files made to hurt: each ends in a clear error, within 10 seconds of processor time and 500 MB, and names itself."""

import ctypes
import faulthandler
import functools
import os
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path

import pytest

from rts_factoring.core.documents import limits
from rts_factoring.core.documents.kinds import DocumentKind
from rts_factoring.core.documents.limits import limited
from rts_factoring.core.documents.packet import Document, build_packet, check_document
from rts_factoring.core.errors import DocumentError
from rts_factoring.core.notice.html_rendering import render_html
from rts_factoring.core.notice.notice import Notice, NoticeValues
from rts_factoring.core.notice.overlay import stamp_pdf
from rts_factoring.core.notice.text import MAX_TEXT, validate
from tests.support.confined import confined
from tests.support.documents import page_tree_loop, pdf, raw
from tests.support.documents import raw_stream as stream


def table_that_points_to_itself():
	content = raw(b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Count 0 /Kids [] >>")
	return content.replace(b"/Root 1 0 R ", b"/Root 1 0 R /Prev %d " % content.rindex(b"xref\n0"))


def million_objects():
	return raw(b"<< /Type /Catalog /Pages 2 0 R >>", *(b"null" for _ in range(1_000_000)))


def million_pages():
	kids = b"3 0 R " * 1_000_000
	return raw(
		b"<< /Type /Catalog /Pages 2 0 R >>",
		b"<< /Type /Pages /Count 1000000 /Kids [%s] >>" % kids,
		b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>",
	)


def million_pages_that_say_one():
	return million_pages().replace(b"/Count 1000000", b"/Count 1      ")


def table_that_says_a_billion():
	return raw(b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] >>", size=1_000_000_000)


@functools.cache
def deflate_bomb(entries=b"/Filter /FlateDecode", gigabytes=1):
	packer = zlib.compressobj(9)
	block = b" " * (1 << 20)
	data = b"".join(packer.compress(block) for _ in range(gigabytes * 1024)) + packer.flush()
	return stream(data, entries)


def bomb_of_objects():
	return raw(
		b"<< /Type /Catalog /Pages 2 0 R >>",
		deflate_bomb(b"/Type /ObjStm /N 1 /First 5 /Filter /FlateDecode"),
	).replace(b"/Pages 2 0 R", b"/Pages 3 0 R")


def bomb_of_content():
	return raw(
		b"<< /Type /Catalog /Pages 2 0 R >>",
		b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
		b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R >>",
		deflate_bomb(),
	)


def deep_nesting():
	depth = 200_000
	return raw(b"<< /Type /Catalog /Pages 2 0 R >>", b"[" * depth + b"]" * depth)


def contents_that_refer_to_themselves():
	return raw(
		b"<< /Type /Catalog /Pages 2 0 R >>",
		b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
		b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R >>",
		b"4 0 R",
	)


def png(width, height, data=b"x"):
	def chunk(kind, content):
		return (
			struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
		)

	header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
	return (
		b"\x89PNG\r\n\x1a\n"
		+ chunk(b"IHDR", header)
		+ chunk(b"IDAT", zlib.compress(data))
		+ chunk(b"IEND", b"")
	)


CASES = {
	"page_tree_loop": (page_tree_loop, {"damaged", "too_slow", "too_complex", "no_pages"}),
	"table_that_points_to_itself": (
		table_that_points_to_itself,
		{"no_pages", "damaged", "too_slow", "too_complex"},
	),
	"million_objects": (million_objects, {"too_complex"}),
	"million_pages": (million_pages, {"too_complex", "too_slow", "damaged"}),
	"million_pages_that_say_one": (million_pages_that_say_one, {"too_complex", "too_slow", "damaged"}),
	"table_that_says_a_billion": (table_that_says_a_billion, {"too_complex"}),
	"bomb_of_objects": (bomb_of_objects, {"damaged", "too_complex", "no_pages"}),
	"bomb_of_content": (bomb_of_content, {"damaged", "too_complex"}),
	"deep_nesting": (deep_nesting, {"damaged", "too_complex"}),
	"contents_that_refer_to_themselves": (contents_that_refer_to_themselves, {"damaged", "too_complex"}),
	"picture_of_30000_by_30000": (lambda: png(30_000, 30_000), {"image_too_large"}),
	"picture_of_2_billion_by_1": (lambda: png(2**31 - 1, 1), {"image_too_large"}),
	"picture_that_lies_about_its_size": (lambda: png(5_000, 5_000), {"image_corrupt"}),
}


def packet_of(file: str, name: str = "evil.file") -> dict:
	made = build_packet(pdf(), [Document(DocumentKind.POD, name, Path(file))])
	Path(file).with_suffix(".packet").write_bytes(made.content)
	return {"pages": made.pages, "outline": made.outline}


@pytest.mark.parametrize("case", CASES)
def test_a_hostile_file_ends_in_an_error_with_its_name(tmp_path, case):
	make, codes = CASES[case]
	file = tmp_path / "evil"
	file.write_bytes(make())
	error = confined(packet_of, file)["error"]
	assert error["code"] in codes
	assert error["where"] == "evil.file"


def acting():
	"""Scripts that run on opening, on the page and by name, and a file of a gigabyte that a drawing refers to."""
	script = b"<< /S /JavaScript /JS (%s) >>" % (b"app.alert(1);" * 80_000)
	return raw(
		b"<< /Type /Catalog /Pages 2 0 R /OpenAction 5 0 R /Names << /JavaScript << /Names [(x) 5 0 R] >>"
		b" /EmbeddedFiles << /Names [(evil.exe) 6 0 R] >> >> >>",
		b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
		b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /AA << /O 5 0 R >>"
		b" /Resources << /XObject << /X 8 0 R >> >> >>",
		stream(b"/X Do"),
		script,
		b"<< /Type /Filespec /F (evil.exe) /EF << /F 7 0 R >> >>",
		deflate_bomb(b"/Type /EmbeddedFile /Filter /FlateDecode"),
		stream(b"0 0 9 9 re f", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /AF [6 0 R]"),
	)


def test_scripts_and_embedded_files_stay_behind_whatever_their_size(tmp_path):
	file = tmp_path / "evil"
	file.write_bytes(acting())
	assert confined(packet_of, file)["pages"] == 2
	packet = file.with_suffix(".packet").read_bytes()
	assert len(packet) < 100_000
	for trace in (b"JavaScript", b"app.alert", b"EmbeddedFile", b"OpenAction", b"evil.exe"):
		assert trace not in packet, trace


@pytest.mark.parametrize("name", ["N" * 65_000 + ".pdf", "../" * 20_000 + "x.pdf", "pod " * 16_000 + ".pdf"])
def test_a_name_of_64_kb_is_never_repeated_in_full(tmp_path, name):
	file = tmp_path / "paper"
	file.write_bytes(pdf())
	made = confined(packet_of, file, name)
	assert made["pages"] == 2
	assert all(len(title) < 200 for title, _page in made["outline"])
	file.write_bytes(b"%PDF-1.7 broken")
	assert confined(packet_of, file, name)["error"]["code"] == "truncated"


LONG = {
	"template code": "{{ frappe.db.sql('x') }}{% for a in b %}",
	"markup": "<script>alert(1)</script><img src=x onerror=y>",
	"tags left open": "<b><i><u>",
	"brackets": "<",
	"entities": "&lt;&amp;",
	"braces": "{",
}


def stamped(text: str, customer: str) -> dict:
	notice, facts = Notice("c", text), NoticeValues(customer=customer)
	validate(notice)
	return {"html": render_html(notice, facts), "pdf": len(stamp_pdf(pdf(), notice, facts))}


@pytest.mark.parametrize("kind", LONG)
@pytest.mark.parametrize("size", [300, MAX_TEXT, 64_000])
def test_a_notice_text_is_text_or_refused_whatever_stands_in_it(kind, size):
	part = LONG[kind]
	text = "Pay the factor. " + part * (size // len(part))
	said = confined(stamped, text[:size], "A debtor")
	if "error" in said:
		assert said["error"]["code"] in ("notice_too_long", "unknown_placeholder")
		assert size > 300 or kind == "template code", said
		return
	assert "{" not in said["html"] and "<script" not in said["html"] and "<img" not in said["html"]


def test_a_value_in_a_notice_is_text_or_refused_whatever_stands_in_it():
	said = confined(stamped, "Pay for {customer}.", "<script>{{ x }}" * 4_000)
	assert said["error"]["code"] == "notice_too_long"


@pytest.mark.parametrize("case", ["page_tree_loop", "bomb_of_content", "deep_nesting"])
def test_a_hostile_invoice_cannot_be_stamped_either(case):
	make, codes = CASES[case]
	with pytest.raises(DocumentError) as caught:
		stamp_pdf(make(), Notice("c", "Text"), NoticeValues(), "evil.file")
	assert caught.value.code in codes | {"truncated"}


def takes(held: str, asked: str) -> dict:
	"""A process that holds some megabytes, and a file that asks for more."""
	own = b"x" * (int(held) * 1024 * 1024)
	return limited(lambda progress: ({"got": len(b"x" * (int(asked) * 1024 * 1024))}, b""), "big.pdf")[0] | {
		"held": len(own)
	}


def for_ever() -> dict:
	return limited(lambda progress: any(iter(int, 1)), "slow.pdf")[0]


@pytest.mark.parametrize(("held", "asked", "fits"), [(0, 300, True), (250, 100, True), (250, 300, False)])
def test_the_memory_limit_of_500_mb_includes_the_process_that_reads_the_file(held, asked, fits):
	assert ("got" in confined(takes, held, asked)) == fits


def test_the_default_time_ends_within_the_limit():
	assert confined(for_ever)["error"]["code"] == "too_slow"


def a_type_that_is_a_list():
	"""Fine to read; found only when the whole packet is written."""
	return raw(
		b"<< /Type /Catalog /Pages 2 0 R >>",
		b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
		b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /X 5 0 R >> >>",
		stream(b""),
		b"<< /Type [1 2] >>",
	)


def resources_that_are_a_number():
	return raw(
		b"<< /Type /Catalog /Pages 2 0 R >>",
		b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
		b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources 7 >>",
		stream(b""),
	)


def test_what_breaks_only_the_writing_names_its_file_too():
	documents = [
		Document(DocumentKind.BOL, "fine.pdf", pdf()),
		Document(DocumentKind.POD, "evil.pdf", a_type_that_is_a_list()),
		Document(DocumentKind.OTHER, "fine, too.pdf", pdf()),
	]
	for act in (lambda: build_packet(pdf(), documents), lambda: check_document(documents[1])):
		with pytest.raises(DocumentError) as caught:
			act()
		assert (caught.value.code, caught.value.where) == ("damaged", "evil.pdf")


@pytest.mark.parametrize("make", [a_type_that_is_a_list, resources_that_are_a_number])
def test_what_breaks_only_the_stamping_is_the_files_error(make):
	with pytest.raises(DocumentError) as caught:
		stamp_pdf(make(), Notice("c", "Text"), NoticeValues(), "evil.pdf")
	assert (caught.value.code, caught.value.where) == ("damaged", "evil.pdf")


def compute(seconds: float) -> None:
	"""Uses so much processor time."""
	end = time.process_time() + seconds
	while time.process_time() < end:
		pass


class TestLimits:
	def test_a_process_that_is_full_already_still_reads_paper(self):
		assert limited(lambda progress: ({}, bytes(100 * 1024 * 1024)), "a.pdf", megabytes=1)

	def test_an_endless_loop_ends_and_names_the_file_it_was_at(self):
		def work(progress):
			progress("second.pdf")
			while True:
				pass

		with pytest.raises(DocumentError) as caught:
			limited(work, "first.pdf", seconds=0.3)
		assert (caught.value.code, caught.value.where) == ("too_slow", "second.pdf")

	def test_each_file_has_its_own_time(self):
		def work(progress):
			for n in range(4):
				progress(f"{n}.pdf")
				compute(0.3)
			return {"done": True}, b"x" * 300_000

		assert limited(work, "first.pdf", seconds=0.6) == ({"done": True}, b"x" * 300_000)

	def test_time_in_which_the_server_does_other_things_does_not_count(self):
		def work(progress):
			time.sleep(1.5)
			compute(0.1)
			return {"done": True}, b""

		assert limited(work, "a.pdf", seconds=0.5)[0]["done"]

	def test_many_files_have_an_end_too(self):
		def work(progress):
			for n in range(1_000_000):
				progress(f"{n}.pdf")
				compute(0.02)

		with pytest.raises(DocumentError) as caught:
			limited(work, "first.pdf", seconds=0.1)
		assert caught.value.code == "too_slow"

	def test_a_child_that_hangs_says_nothing_about_the_file(self, monkeypatch):
		monkeypatch.setattr(limits, "HUNG", 1)
		with pytest.raises(DocumentError) as caught:
			limited(lambda progress: time.sleep(60), "a.pdf")
		assert (caught.value.code, caught.value.where) == ("server_busy", "a.pdf")

	def test_memory_is_bounded(self):
		def work(progress):
			progress("big.pdf")
			return {}, bytes(600 * 1024 * 1024)

		with pytest.raises(DocumentError) as caught:
			limited(work, "first.pdf")
		assert (caught.value.code, caught.value.where) == ("too_complex", "big.pdf")

	def test_a_crash_of_the_reader_is_the_files_error_not_ours(self):
		with pytest.raises(DocumentError) as caught:
			limited(lambda progress: os._exit(139), "crash.pdf")
		assert (caught.value.code, caught.value.where) == ("too_complex", "crash.pdf")

	def test_a_crash_of_the_reader_by_a_signal_is_the_files_error_too(self):
		def work(progress):
			faulthandler.disable()  # pytest's would print where
			ctypes.string_at(0)

		with pytest.raises(DocumentError) as caught:
			limited(work, "crash.pdf")
		assert (caught.value.code, caught.value.where) == ("too_complex", "crash.pdf")

	def test_a_mistake_of_ours_is_not_blamed_on_the_file(self):
		with pytest.raises(RuntimeError, match="ZeroDivisionError"):
			limited(lambda progress: 1 / 0, "fine.pdf")

	def test_no_child_is_left_behind(self):
		code = (
			"import os\n"
			"from rts_factoring.core.documents.limits import limited\n"
			"def slow(progress):\n"
			"\twhile True: pass\n"
			"try: limited(slow, 'a', seconds=0.2)\n"
			"except Exception as error: print(error.code)\n"
			"limited(lambda progress: ({}, b''), 'a')\n"
			"try: os.waitpid(-1, os.WNOHANG)\n"
			"except ChildProcessError: print('none')\n"
		)
		env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
		run = subprocess.run(
			[sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
		)
		assert run.stdout.split() == ["too_slow", "none"]
