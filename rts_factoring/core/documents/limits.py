"""Work on somebody else's file within limits of time and memory, in a forked child that cannot hurt its parent.

Time is processor time of the child: what else the server does meanwhile makes no file too slow.
"""

from __future__ import annotations

import contextlib
import gc
import json
import math
import os
import select
import signal
import sys
import traceback
import warnings
from collections.abc import Callable
from typing import Any

from .. import errors
from ..errors import DocumentError, FactoringError, Text

SECONDS = 8  # of processor time per file and per picture in it; with starting and ending the child it stays below 10
IN_ALL = 15  # times the seconds of one file that all the work may take
HUNG = 600  # seconds by the clock without a word of the child, after which it is given up; says nothing about the file
MEGABYTES = 500  # in all, what the process already holds included
ROOM = 200  # megabytes that a file may take however much the process holds

Values = dict[str, Any]  # what the child sends beside bytes, as JSON takes it
Progress = Callable[[str], None]  # called with the name of the file the work turns to
Work = Callable[[Progress], tuple[Values, bytes]]

_inside = False


def limited(
	work: Work,
	where: str,
	seconds: float = SECONDS,
	megabytes: int = MEGABYTES,
	told: Progress = lambda name: None,
) -> tuple[Values, bytes]:
	"""`work(progress)` with at most `seconds` of processor time from one call of `progress` to the next, and `megabytes` of
	memory in all. `told` hears in this process what `progress` is called with.

	Raises DocumentError `too_slow` or `too_complex` naming the file at which it stopped, `server_busy` for a child that
	hangs, and passes on the work's own FactoringError. Without fork (Windows), and inside another `limited`, the work
	simply runs.
	"""
	if _inside or not hasattr(os, "fork"):
		return work(told)
	readable, writable = os.pipe()
	with warnings.catch_warnings():
		# The child only computes and writes to its pipe, so threads of the parent do not matter to it.
		warnings.simplefilter("ignore", DeprecationWarning)
		pid = os.fork()
	if pid == 0:
		_child(work, readable, writable, seconds, megabytes)
	os.close(writable)
	ended = False
	try:
		where, answer, content = _parent(readable, where, told)
		if answer is None:
			ended = True
			raise _stopped(os.waitpid(pid, 0)[1], where, seconds)
		return _result(answer, content, where)
	finally:
		os.close(readable)
		if not ended:
			with contextlib.suppress(ProcessLookupError):
				os.kill(pid, signal.SIGKILL)
			os.waitpid(pid, 0)


def _child(work: Work, readable: int, writable: int, seconds: float, megabytes: int) -> None:
	global _inside
	try:
		_inside = True
		gc.freeze()  # a collection would touch, and so copy, every page of memory shared with the parent
		gc.disable()
		os.close(readable)
		for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM):
			signal.signal(number, signal.SIG_DFL)
		_limit_memory(megabytes)
		_limit_time(seconds)
		_quiet()

		def progress(name: str) -> None:
			signal.setitimer(signal.ITIMER_PROF, seconds)
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


def _parent(readable: int, where: str, told: Progress) -> tuple[str, Values | None, bytes]:
	"""The file the child was at, its answer if it gave one, and the bytes that came with it."""
	buffer = bytearray()
	answer: Values | None = None
	while answer is None or len(buffer) < answer["size"]:
		if not select.select([readable], [], [], HUNG)[0]:
			raise DocumentError("server_busy", where=where, minutes=HUNG // 60)
		chunk = os.read(readable, 1 << 20)
		if not chunk:
			return where, None, b""
		buffer += chunk
		while answer is None and b"\n" in buffer:
			line, _, rest = bytes(buffer).partition(b"\n")
			buffer = bytearray(rest)
			message = json.loads(line)
			if "at" in message:
				where = message["at"]
				told(where)
			else:
				answer = message
	return where, answer, bytes(buffer)


def _stopped(status: int, where: str, seconds: float) -> DocumentError:
	"""Why a child ended without an answer."""
	if os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGPROF, signal.SIGXCPU):
		return DocumentError("too_slow", where=where, seconds=f"{seconds:g}")
	return DocumentError("too_complex.crashed", where=where)


def _result(answer: Values, content: bytes, where: str) -> tuple[Values, bytes]:
	if "bug" in answer:
		raise RuntimeError(f"reading {where} failed in the child process:\n{answer['bug']}")
	if "exhausted" in answer:
		raise DocumentError("too_complex.memory", where=where)
	if "error" in answer:
		raise _unpacked(answer["error"])
	return answer["values"], content


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


def _limit_time(seconds: float) -> None:
	"""Signals end the child: SIGPROF after `seconds` from here or from the last progress, SIGXCPU at the end of all its time."""
	import resource

	for number in (signal.SIGPROF, signal.SIGXCPU):
		signal.signal(number, signal.SIG_DFL)
	signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGPROF, signal.SIGXCPU))
	signal.setitimer(signal.ITIMER_PROF, seconds)
	_, most = resource.getrlimit(resource.RLIMIT_CPU)
	in_all = math.ceil(seconds * IN_ALL)
	resource.setrlimit(resource.RLIMIT_CPU, (in_all if most < 0 else min(in_all, most), most))
	resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _quiet() -> None:
	"""The readers' warnings about a stranger's file are not this program's log."""
	import logging

	with open(os.devnull, "wb") as nowhere:  # libraries in C write there
		os.dup2(nowhere.fileno(), 2)

	logging.disable(logging.CRITICAL)
	if not sys.warnoptions:
		warnings.simplefilter("ignore")
