"""Where a PDF page is printed on, and so where a stamp still fits and which way is up. Positions, not pixels."""

from __future__ import annotations

from collections.abc import Iterator

from pypdf import PageObject, PdfReader
from pypdf.generic import ContentStream, DictionaryObject, NameObject, NumberObject, StreamObject

from .pdf import IDENTITY, Matrix, bounds, box, multiply

MAX_OPERATIONS = 200_000
MAX_DEPTH = 8  # forms within forms
MAX_LOOK = 2_000_000  # bytes of page content worth reading to see which way it lies

Box = tuple[float, float, float, float]  # x0, y0, x1, y1
EVERYWHERE: Box = (-1e9, -1e9, 1e9, 1e9)

_FILLS = {"f", "F", "f*"}
_STROKES = {"S", "s"}
_PAINTS = {*_FILLS, *_STROKES, "B", "B*", "b", "b*"}


class Unreadable(Exception):
	"""The page's content cannot be followed, so no place on it is known to be free."""


def page_bounds(page: PageObject, reader: PdfReader) -> list[Box]:
	"""Boxes around everything the page paints, in its own user space; a little too large rather than too small."""
	contents = page.get_contents()
	if contents is None:
		return []
	walker = _Walker(reader)
	try:
		found = list(walker.walk(contents, page.get("/Resources"), IDENTITY, 0))
	except (MemoryError, RecursionError, Unreadable):
		raise
	except Exception as error:  # operands of the wrong kind, missing ones, streams cut short
		raise Unreadable from error
	if not walker.measured:
		raise Unreadable
	return found


def set_upright(page: PageObject, reader: PdfReader) -> None:
	"""Turn a page whose text lies on its side, or on its head, as one sees it. Scans without text stay as they are."""
	contents = page.get_contents()
	if contents is None or len(contents.get_data()) > MAX_LOOK:
		return
	walker = _Walker(reader)
	try:
		for _ in walker.walk(contents, page.get("/Resources"), IDENTITY, 0):
			pass
	except (MemoryError, RecursionError):
		raise
	except Exception:
		return
	letters = sum(walker.directions.values())
	turn = max(walker.directions, key=walker.directions.get, default=0)
	if letters >= 20 and walker.directions[turn] >= 0.8 * letters:
		page[NameObject("/Rotate")] = NumberObject(turn)


def free_bands(
	boxes: list[Box], bottom: float, top: float, left: float, right: float
) -> list[tuple[float, float]]:
	"""The free bands (low, high) between `bottom` and `top`, lowest first, for something from `left` to `right`."""
	spans = sorted(
		(y0, y1) for x0, y0, x1, y1 in boxes if x1 > left and x0 < right and y1 > bottom and y0 < top
	)
	free, level = [], bottom
	for low, high in spans:
		if low > level:
			free.append((level, low))
		level = max(level, high)
	if top > level:
		free.append((level, top))
	return free


class _Walker:
	def __init__(self, reader: PdfReader):
		self.reader = reader
		self.operations = 0
		self.directions: dict[int, int] = {}  # degrees the text runs at, against the clock -> letters
		self.measured = True  # False once text was shown whose size is not known

	def walk(self, contents, resources, ctm: Matrix, depth: int) -> Iterator[Box]:
		if depth > MAX_DEPTH:
			raise Unreadable
		resources = resources.get_object() if resources is not None else DictionaryObject()
		stack: list[tuple] = []
		white, white_stroke = False, False
		size, leading, rise = 0.0, 0.0, 0.0
		spacing, word_spacing, stretch, drawn = 0.0, 0.0, 1.0, False
		text = line = IDENTITY
		path: list[Box] = []
		point = (0.0, 0.0)

		for operands, operator in contents.operations:
			self.operations += 1
			if self.operations > MAX_OPERATIONS:
				raise Unreadable
			op = operator.decode("latin-1") if isinstance(operator, bytes) else str(operator)
			if op == "q":
				stack.append(
					(ctm, white, white_stroke, size, leading, rise, spacing, word_spacing, stretch, drawn)
				)
			elif op == "Q":
				if not stack:
					raise Unreadable
				ctm, white, white_stroke, size, leading, rise, spacing, word_spacing, stretch, drawn = (
					stack.pop()
				)
			elif op == "cm":
				ctm = multiply(_floats(operands), ctm)
			elif op in ("g", "rg", "k", "sc", "scn"):
				white = _is_white(op, operands)
			elif op in ("G", "RG", "K", "SC", "SCN"):
				white_stroke = _is_white(op.lower(), operands)
			elif op in ("cs", "CS"):
				white, white_stroke = (False, white_stroke) if op == "cs" else (white, False)
			elif op in ("m", "l"):
				target = (float(operands[0]), float(operands[1]))
				if op == "l":
					path.append(bounds((*point, *target), ctm))
				point = target
			elif op in ("c", "v", "y"):
				xs = [point[0], *(float(n) for n in operands[0::2])]
				ys = [point[1], *(float(n) for n in operands[1::2])]
				path.append(bounds((min(xs), min(ys), max(xs), max(ys)), ctm))
				point = (xs[-1], ys[-1])
			elif op == "re":
				x, y, w, h = _floats(operands)
				sides = (
					(x, y, x + w, y),
					(x, y + h, x + w, y + h),
					(x, y, x, y + h),
					(x + w, y, x + w, y + h),
				)
				path.extend(bounds(side, ctm) for side in sides)
				point = (x, y)
			elif op in _PAINTS:
				yield from _painted(path, op, white, white_stroke)
				path = []
			elif op == "n":
				path = []
			elif op == "BT":
				text = line = IDENTITY
			elif op == "Tf":
				size, drawn = float(operands[1]), _is_drawn(operands[0], resources)
			elif op == "Tc":
				spacing = float(operands[0])
			elif op == "Tw":
				word_spacing = float(operands[0])
			elif op == "Tz":
				stretch = float(operands[0]) / 100
			elif op == "TL":
				leading = float(operands[0])
			elif op == "Ts":
				rise = float(operands[0])
			elif op == "Tm":
				text = line = _floats(operands)
			elif op in ("Td", "TD"):
				x, y = float(operands[0]), float(operands[1])
				if op == "TD":
					leading = -y
				text = line = multiply((1, 0, 0, 1, x, y), line)
			elif op in ("T*", "'", '"'):
				text = line = multiply((1, 0, 0, 1, 0, -leading), line)
			elif op in ("Do", "sh", "INLINE IMAGE"):
				yield from self._placed(op, operands, resources, ctm, depth)
			if op == '"':
				word_spacing, spacing = float(operands[0]), float(operands[1])
			if op in ("Tj", "TJ", "'", '"'):
				letters, spaces, forward, back = _shown(operands[-1])
				em = abs(size)
				width = letters * (em + max(spacing, 0.0)) + spaces * max(word_spacing, 0.0) + forward * em
				width *= stretch
				if letters:
					# A letter is at most an em wide, and half of one in the mean: what goes back further is not followed.
					runs_back = spacing < -em / 2 or word_spacing < -em or back > letters / 2 or stretch <= 0
					if drawn or runs_back or not em:
						self.measured = False
					glyphs = (0.0, -0.3 * em + rise, width, 1.0 * em + rise)
					placed = multiply(text, ctm)
					direction = _direction(placed)
					self.directions[direction] = self.directions.get(direction, 0) + letters
					yield bounds(glyphs, placed)
				text = multiply((1, 0, 0, 1, width, 0), text)
		if stack:
			raise Unreadable  # whatever is drawn after this content stands under an unknown matrix

	def _placed(self, op: str, operands, resources, ctm: Matrix, depth: int) -> Iterator[Box]:
		if op == "sh":
			yield EVERYWHERE
			return
		if op == "INLINE IMAGE":
			yield bounds((0, 0, 1, 1), ctm)
			return
		xobjects = resources.get("/XObject")
		found = xobjects.get_object().get(operands[0]) if xobjects is not None else None
		found = found.get_object() if found is not None else None
		if not isinstance(found, StreamObject):
			return
		if found.get("/Subtype") == "/Image":
			yield bounds((0, 0, 1, 1), ctm)
			return
		inner = multiply(_floats(found.get("/Matrix", IDENTITY)), ctm)
		left, low, right, high = bounds(box(found["/BBox"]), inner) if "/BBox" in found else EVERYWHERE
		contents = ContentStream(found, self.reader)
		for x0, y0, x1, y1 in self.walk(contents, found.get("/Resources", resources), inner, depth + 1):
			clipped = (max(x0, left), max(y0, low), min(x1, right), min(y1, high))
			if clipped[0] <= clipped[2] and clipped[1] <= clipped[3]:
				yield clipped


def _painted(path: list[Box], op: str, white: bool, white_stroke: bool) -> Iterator[Box]:
	if op in _STROKES:
		if not white_stroke:
			yield from path  # a frame is its four lines, not the room within
	elif path and not (white and (op in _FILLS or white_stroke)):
		yield (
			min(b[0] for b in path),
			min(b[1] for b in path),
			max(b[2] for b in path),
			max(b[3] for b in path),
		)


def _direction(matrix: Matrix) -> int:
	a, b = matrix[0], matrix[1]
	if abs(a) >= abs(b):
		return 0 if a >= 0 else 180
	return 90 if b > 0 else 270


def _is_white(op: str, operands) -> bool:
	try:
		values = [float(value) for value in operands]
	except (TypeError, ValueError):
		return False  # a pattern
	if op == "k" or len(values) == 4:
		return not any(values)
	return bool(values) and all(value >= 0.999 for value in values)


def _floats(values) -> Matrix:
	return tuple(float(value) for value in values)


def _is_drawn(name, resources) -> bool:
	"""True for a Type 3 font: its letters are drawings in a scale of its own, and may be of any size."""
	fonts = resources.get("/Font")
	font = fonts.get_object().get(name) if fonts is not None else None
	return font is not None and font.get_object().get("/Subtype") == "/Type3"


def _shown(operand) -> tuple[int, int, float, float]:
	"""Bytes of text shown (none for mere spaces), spaces among them, and ems moved on and back between them."""
	parts = operand if isinstance(operand, list) else [operand]
	pieces = [part for part in parts if isinstance(part, (str, bytes))]
	moves = [float(part) / 1000 for part in parts if not isinstance(part, (str, bytes))]
	forward, back = -sum(move for move in moves if move < 0), sum(move for move in moves if move > 0)
	if not any(piece.strip() for piece in pieces):
		return 0, 0, forward + sum(len(piece) for piece in pieces), back
	spaces = sum(piece.count(" " if isinstance(piece, str) else b" ") for piece in pieces)
	return sum(len(piece) for piece in pieces), spaces, forward, back
