"""`rts-factoring sandbox`: the embedded factor on this machine, to rehearse with until it is stopped."""

from __future__ import annotations

import argparse
import os
import signal
import threading
from pathlib import Path

from rts_factoring.cli.probe import PASSWORD
from rts_factoring.core.errors import FactoringError
from rts_factoring.sandbox import serve

DEFAULT_PASSWORD = "sandbox"  # nosec B105 # of a server that only this machine reaches


def add_arguments(parser) -> None:
	parser.add_argument("--port", type=_port, required=True, metavar="N", help="0 takes a free one")
	parser.add_argument(
		"--root", type=Path, required=True, metavar="DIR", help="its folder: inbox, outbox, host key"
	)
	parser.add_argument("--user", default="rts", metavar="NAME")
	parser.add_argument(
		"--client",
		type=_client,
		action="append",
		default=[],
		metavar="NUMBER=NAME",
		help="a client's name; repeatable",
	)


def run(args) -> int:
	password = os.environ.get(PASSWORD) or DEFAULT_PASSWORD
	which = f"the one in {PASSWORD}" if os.environ.get(PASSWORD) else DEFAULT_PASSWORD
	stop = threading.Event()
	signal.signal(signal.SIGTERM, lambda number, frame: stop.set())
	args.root.mkdir(parents=True, exist_ok=True)
	_say(f"Password: {which}. Stop with Ctrl-C.")
	try:
		serve(
			args.root,
			args.port,
			username=args.user,
			password=password,
			clients=dict(args.client),
			say=_say,
			stop=stop,
		)
	except OSError as error:
		if error.filename:
			raise
		problem = os.strerror(error.errno) if error.errno else str(error)
		raise FactoringError("port_taken", port=args.port, problem=problem) from error
	return 0


def _say(text: str) -> None:
	print(text, flush=True)


def _port(text: str) -> int:
	if not text.isdigit() or int(text) > 65535:
		raise argparse.ArgumentTypeError(f"{text!r} is not a port")
	return int(text)


def _client(text: str) -> tuple[str, str]:
	number, equals, name = text.partition("=")
	if not (equals and number.strip() and name.strip()):
		raise argparse.ArgumentTypeError(f"{text!r} is not NUMBER=NAME")
	return number.strip(), name.strip()
