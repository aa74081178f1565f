"""Pauses Python's garbage collector while very many objects are made that all stay."""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Made = TypeVar("Made")


def gc_paused(work: Callable[Given, Made]) -> Callable[Given, Made]:
	"""Run `work` without the garbage collector. A large report becomes a million objects that all stay, and the collector's
	repeated search through them takes a tenth of the time or more (benchmarks/reports.py). Reference counting goes on."""

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
