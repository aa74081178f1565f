"""Threads that do the work, while everything that belongs to the caller's thread is done in the caller's thread.

A caller may keep its journal in a database, whose connection serves one thread only. So workers put what they want
called on a queue, and the caller's thread, which waits for them anyway, calls it and hands back what it returned.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, TypeVar

HEARTBEAT_INTERVAL = 20  # seconds between two signs of life to the caller
JOIN_TIMEOUT = 10  # seconds that workers get to end, once what they work with is closed

Returned = TypeVar("Returned")
Resource = TypeVar("Resource")
Item = TypeVar("Item")


class Workers:
	"""Runs functions in threads; the first error stops all of them and is raised."""

	def __init__(self, heartbeat: Callable[[], None] | None = None):
		self._heartbeat = heartbeat
		self._last_heartbeat = time.monotonic()
		self._requests: queue.Queue[_Request | None] = queue.Queue()  # None: a worker has ended
		self._threads: list[threading.Thread] = []
		self.stopped = threading.Event()

	def run(self, function: Callable[[], Returned]) -> Returned:
		"""What the function returns; it may take as long as a server likes, and runs in a worker."""
		returned: list[Returned] = []
		self._run_all([lambda: returned.append(function())])
		return returned[0]

	def share(
		self,
		items: Iterable[Item],
		resources: Sequence[Resource],
		work: Callable[[Resource, Item], None],
	) -> None:
		"""Work on all items, with one worker for each resource."""
		todo: queue.SimpleQueue[Item] = queue.SimpleQueue()
		for item in items:
			todo.put(item)

		def work_with(resource: Resource) -> Callable[[], None]:
			def take_items() -> None:
				with suppress(queue.Empty):
					while not self.stopped.is_set():
						work(resource, todo.get_nowait())

			return take_items

		self._run_all([work_with(resource) for resource in resources[: todo.qsize()]])

	def call_in_caller(self, function: Callable[..., Any], *arguments: object) -> Any:
		"""Called by a worker: what the function returns when the caller's thread calls it."""
		request = _Request(function, arguments)
		if self.stopped.is_set():
			raise _Stopped
		self._requests.put(request)
		try:
			return request.answer.result()
		except BaseException:
			raise _Stopped from None

	def join(self) -> None:
		"""Wait for the workers, refusing what they still ask for; what they work with is closed by now."""
		deadline = time.monotonic() + JOIN_TIMEOUT
		while time.monotonic() < deadline and any(thread.is_alive() for thread in self._threads):
			with suppress(queue.Empty):
				if request := self._requests.get(timeout=0.05):
					request.answer.cancel()

	def _run_all(self, functions: Sequence[Callable[[], None]]) -> None:
		"""Run each function in a thread of its own, and serve their requests until all have ended."""
		errors: list[BaseException] = []
		self._threads = [
			threading.Thread(target=self._run_in_thread, args=(function, errors), daemon=True)
			for function in functions
		]
		for thread in self._threads:
			thread.start()
		running = len(self._threads)
		while running:
			try:
				self._send_heartbeat()
				request = self._requests.get(timeout=HEARTBEAT_INTERVAL)
			except queue.Empty:
				continue
			except BaseException:
				self.stopped.set()
				raise
			if request is None:
				running -= 1
				continue
			try:
				request.serve()
			except BaseException:
				self.stopped.set()
				raise
		if errors:
			raise min(errors, key=lambda error: bool(getattr(error, "retry", False)))

	def _send_heartbeat(self) -> None:
		if self._heartbeat and time.monotonic() >= self._last_heartbeat + HEARTBEAT_INTERVAL:
			self._heartbeat()
			self._last_heartbeat = time.monotonic()

	def _run_in_thread(self, function: Callable[[], None], errors: list[BaseException]) -> None:
		try:
			function()
		except _Stopped:
			pass
		except BaseException as error:
			errors.append(error)
			self.stopped.set()
		finally:
			self._requests.put(None)


class _Request:
	"""A call that a worker wants made in the caller's thread."""

	def __init__(self, function: Callable[..., Any], arguments: tuple[object, ...]):
		self.function = function
		self.arguments = arguments
		self.answer: Future[Any] = Future()

	def serve(self) -> None:
		try:
			self.answer.set_result(self.function(*self.arguments))
		except BaseException:
			self.answer.cancel()
			raise


class _Stopped(Exception):
	"""The work was stopped while this worker was busy."""
