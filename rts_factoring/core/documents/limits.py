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

from .. import errors
from ..errors import FactoringError, PaperworkError, Sentence

SECONDS = 8  # per file; with starting and ending the child it stays below 10
MEGABYTES = 500  # in all, what the process already holds included
ROOM = 200  # megabytes that a file may take however much the process holds

Progress = Callable[[str], None]  # called with the name of the file the work turns to
Work = Callable[[Progress], tuple[dict, bytes]]

_inside = False


def limited(
	work: Work, where: str, seconds: float = SECONDS, megabytes: int = MEGABYTES
) -> tuple[dict, bytes]:
	"""`work(progress)` with at most `seconds` per file named to `progress` and `megabytes` of memory in all.

	Raises PaperworkError `too_slow` or `too_complex` naming the file at which it stopped, and passes on the work's own
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
			facts, content = work(progress)
			answer = {"facts": facts, "size": len(content)}
		except FactoringError as error:
			told = {"message": _plain(error.message), "hint": _plain(error.hint)}
			answer, content = {"error": type(error).__name__, **error.as_dict(), **told, "size": 0}, b""
		except (MemoryError, RecursionError):
			answer, content = {"exhausted": True, "size": 0}, b""
		except Exception:
			answer, content = {"bug": traceback.format_exc(), "size": 0}, b""
		_send(writable, answer)
		_write(writable, content)
	finally:
		os._exit(0)


def _parent(readable: int, where: str, seconds: float) -> tuple[dict, bytes]:
	buffer, deadline = bytearray(), time.monotonic() + seconds
	answer = None
	while answer is None or len(buffer) < answer["size"]:
		if not select.select([readable], [], [], max(0.0, deadline - time.monotonic()))[0]:
			raise PaperworkError(
				"too_slow",
				Sentence("This file was not read within {0} seconds.", f"{seconds:g}"),
				"It is damaged or made to be slow: print it to a new PDF, or send it as a picture.",
				where,
			)
		chunk = os.read(readable, 1 << 20)
		if not chunk:
			raise _too_complex(where)
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
		raise _too_complex(where)
	if "error" in answer:
		kind = getattr(errors, answer["error"], PaperworkError)
		raise kind(answer["code"], _made(answer["message"]), _made(answer["hint"]), answer["where"])
	return answer["facts"], bytes(buffer)


def _plain(text: str) -> str | list:
	return text.parts() if isinstance(text, Sentence) else text


def _made(text: str | list) -> str:
	return Sentence.of_parts(text) if isinstance(text, list) else text


def _too_complex(where: str) -> PaperworkError:
	return PaperworkError(
		"too_complex",
		"This file needs more memory than one document may take.",
		"Print it to a new PDF, or send it as a picture.",
		where,
	)


def _send(writable: int, message: dict) -> None:
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
