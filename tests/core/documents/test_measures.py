"""The measures of a page's picture."""

import pytest
from PIL import Image, ImageChops

from rts_factoring.core.documents import measures


@pytest.mark.parametrize("step", ((1, 0), (0, 1), (1, 1), (1, -1), (-8, -8), (200, 5), (0, 0), (-1, 100)))
def test_a_shifted_picture_is_what_pillow_gives(step):
	picture = Image.effect_noise((173, 91), 60)
	assert measures._shifted(picture, *step).tobytes() == ImageChops.offset(picture, *step).tobytes()
