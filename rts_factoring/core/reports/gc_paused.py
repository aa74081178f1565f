"""A pause of Python's garbage collector while very many objects are made and none of them is garbage."""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Made = TypeVar("Made")


def gc_paused(work: Callable[Given, Made]) -> Callable[Given, Made]:
	"""Reading and typing a large report makes a million objects that all stay: looking through them again and again for
	garbage takes a tenth of the time and more (benchmarks/reports.py). Counted references are freed as always."""

	@wraps(work)
	def paused(*args: Given.args, **kwargs: Given.kwargs) -> Made:
		was_on = gc.isenabled()
		gc.disable()
		try:
			return work(*args, **kwargs)
		finally:
			if was_on:
				gc.enable()

	return paused
