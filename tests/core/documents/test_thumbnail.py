"""A document's first page as a small picture."""

import io

import pytest
from PIL import Image

from rts_factoring.core.documents.thumbnail import WIDTH, thumbnail
from tests.support.documents import PAPERWORK, pdf


@pytest.mark.parametrize("name", ["pod_photo.jpg", "rate_confirmation.pdf"])
def test_a_photo_and_a_page_become_small_pictures(name):
	made = Image.open(io.BytesIO(thumbnail((PAPERWORK / name).read_bytes(), name)))
	assert made.format == "JPEG"
	assert WIDTH - 5 < made.width <= WIDTH
	assert made.height > made.width  # upright paper
	assert min(made.tobytes()) < 100 < 200 < max(made.tobytes())  # print on paper


def test_the_first_of_several_pages_is_shown():
	both = thumbnail(pdf(["Receipt"], pages=2), "x.pdf")
	assert both == thumbnail(pdf(["Receipt page 1"]), "x.pdf")
	assert both != thumbnail(pdf(["Receipt page 2"]), "x.pdf")


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4 nothing", b"GIF89a"])
def test_what_cannot_be_shown_is_no_picture_and_no_error(content):
	assert thumbnail(content, "x.pdf") == b""
