"""Work on somebody else's file within limits of time and memory, in a forked child that cannot hurt its parent."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable
from typing import Any

from .. import errors
from ..errors import DocumentError, FactoringError, Text

SECONDS = 8  # per file; with starting and ending the child it stays below 10
MEGABYTES = 500  # in all, what the process already holds included
ROOM = 200  # megabytes that a file may take however much the process holds

Values = dict[str, Any]  # what the child sends beside bytes, as JSON takes it
Progress = Callable[[str], None]  # called with the name of the file the work turns to
Work = Callable[[Progress], tuple[Values, bytes]]

_inside = False


def limited(
	work: Work, where: str, seconds: float = SECONDS, megabytes: int = MEGABYTES
) -> tuple[Values, bytes]:
	"""`work(progress)` with at most `seconds` per file named to `progress` and `megabytes` of memory in all.

	Raises DocumentError `too_slow` or `too_complex` naming the file at which it stopped, and passes on the work's own
	FactoringError. Without fork (Windows), and inside another `limited`, the work simply runs.
	"""
	if _inside or not hasattr(os, "fork"):
		return work(lambda name: None)
	readable, writable = os.pipe()
	with warnings.catch_warnings():
		# The child only computes and writes to its pipe, so threads of the parent do not matter to it.
		warnings.simplefilter("ignore", DeprecationWarning)
		pid = os.fork()
	if pid == 0:
		_child(work, readable, writable, megabytes)
	os.close(writable)
	try:
		return _parent(readable, where, seconds)
	finally:
		os.close(readable)
		with contextlib.suppress(ProcessLookupError):
			os.kill(pid, signal.SIGKILL)
		os.waitpid(pid, 0)


def _child(work: Work, readable: int, writable: int, megabytes: int) -> None:
	global _inside
	try:
		_inside = True
		gc.disable()  # a collection would touch, and so copy, every page of memory shared with the parent
		os.close(readable)
		for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM):
			signal.signal(number, signal.SIG_DFL)
		_limit_memory(megabytes)
		_quiet()

		def progress(name: str) -> None:
			_send(writable, {"at": name})

		try:
			values, content = work(progress)
			answer = {"values": values, "size": len(content)}
		except FactoringError as error:
			answer, content = {"error": _packed(error), "size": 0}, b""
		except (MemoryError, RecursionError):
			answer, content = {"exhausted": True, "size": 0}, b""
		except Exception:
			answer, content = {"bug": traceback.format_exc(), "size": 0}, b""
		_send(writable, answer)
		_write(writable, content)
	finally:
		os._exit(0)


def _parent(readable: int, where: str, seconds: float) -> tuple[Values, bytes]:
	buffer, deadline = bytearray(), time.monotonic() + seconds
	answer: Values | None = None
	while answer is None or len(buffer) < answer["size"]:
		if not select.select([readable], [], [], max(0.0, deadline - time.monotonic()))[0]:
			raise DocumentError("too_slow", where=where, seconds=f"{seconds:g}")
		chunk = os.read(readable, 1 << 20)
		if not chunk:
			raise DocumentError("too_complex.crashed", where=where)
		buffer += chunk
		while answer is None and b"\n" in buffer:
			line, _, rest = bytes(buffer).partition(b"\n")
			buffer = bytearray(rest)
			message = json.loads(line)
			if "at" in message:
				where, deadline = message["at"], time.monotonic() + seconds
			else:
				answer = message
	if "bug" in answer:
		raise RuntimeError(f"reading {where} failed in the child process:\n{answer['bug']}")
	if "exhausted" in answer:
		raise DocumentError("too_complex.memory", where=where)
	if "error" in answer:
		raise _unpacked(answer["error"])
	return answer["values"], bytes(buffer)


def _packed(error: FactoringError) -> Values:
	"""What the error was raised with, as plain data for another process."""
	values = {name: _plain(value) for name, value in error.values.items()}
	return {"kind": type(error).__name__, "key": error.key, "where": error.where, "values": values}


def _unpacked(packed: Values) -> FactoringError:
	kind: type[FactoringError] = getattr(errors, packed["kind"])
	values = {name: _made(value) for name, value in packed["values"].items()}
	return kind(packed["key"], where=packed["where"], **values)


def _plain(value: object) -> object:
	"""A value as JSON takes it; a text that can be translated becomes its template and values."""
	if isinstance(value, Text):
		return [value.template, {name: _plain(part) for name, part in value.values.items()}]
	return value


def _made(value: object) -> object:
	if isinstance(value, list):
		template, values = value
		return Text(template, {name: _made(part) for name, part in values.items()})
	return value


def _send(writable: int, message: Values) -> None:
	_write(writable, json.dumps(message).encode() + b"\n")


def _write(writable: int, content: bytes) -> None:
	view = memoryview(content)
	while view:
		view = view[os.write(writable, view) :]


def _limit_memory(megabytes: int) -> None:
	try:
		import resource

		with open("/proc/self/statm") as statm:
			mapped, held = (int(pages) * resource.getpagesize() for pages in statm.read().split()[:2])
		limit = mapped + max(megabytes * 1024 * 1024 - held, ROOM * 1024 * 1024)
		resource.setrlimit(resource.RLIMIT_AS, (limit, resource.getrlimit(resource.RLIMIT_AS)[1]))
	except (ImportError, OSError, ValueError):
		pass  # no such limit here (macOS): time and object counts still hold


def _quiet() -> None:
	"""The readers' warnings about a stranger's file are not this program's log."""
	import logging

	logging.disable(logging.CRITICAL)
	if not sys.warnoptions:
		warnings.simplefilter("ignore")
