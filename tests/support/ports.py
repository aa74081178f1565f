"""Ports on loopback: one that is free, and waiting until a server listens."""

import socket
import time


def free_port() -> int:
	with socket.create_server(("127.0.0.1", 0)) as listener:
		return listener.getsockname()[1]


def is_open(port: int) -> bool:
	with socket.socket() as client:
		return client.connect_ex(("127.0.0.1", port)) == 0


def wait_for_port(port: int, process=None, seconds: float = 10) -> None:
	"""Return once something listens there; raise when `process` ended, or after so many seconds."""
	deadline = time.monotonic() + seconds
	while not is_open(port):
		if process is not None and process.poll() is not None:
			raise RuntimeError(f"the server ended with {process.returncode}")
		if time.monotonic() > deadline:
			raise RuntimeError(f"nothing listens on port {port}")
		time.sleep(0.05)
