"""The `rts-factoring` command: the core without Frappe.

Exit status: 0 done, 1 bad input (one line on stderr), 2 wrong usage.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
from collections.abc import Sequence

from rts_factoring import __version__
from rts_factoring.core.errors import FactoringError

# Subcommand → module below this package; each has add_arguments(parser) and run(args).
COMMANDS = {
	"inspect": "show what a report file is and what each of its rows means",
	"reconcile": "match reports against receivables and show what they would post",
	"stamp": "put a notice of assignment on a PDF",
	"packet": "merge an invoice and its documents into one PDF",
	"probe": "show a server's host key fingerprint and, with credentials, list a folder",
	"sandbox": "run the embedded factor: an SFTP server that buys what it receives",
	"demo": "run the whole cycle on example data and show it on one page",
}


def main(argv: Sequence[str] | None = None) -> int:
	parser = argparse.ArgumentParser(
		prog="rts-factoring", description="Factoring of freight invoices with RTS Financial."
	)
	parser.add_argument("--version", action="version", version=f"rts-factoring {__version__}")
	commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
	argv = list(sys.argv[1:] if argv is None else argv)
	for name, what in COMMANDS.items():
		command = commands.add_parser(name, help=what, description=what[0].upper() + what[1:] + ".")
		if name in argv:  # only the command that runs is imported: help stays instant
			module = importlib.import_module(f"rts_factoring.cli.{name}")
			module.add_arguments(command)
			command.set_defaults(run=module.run)
	args = parser.parse_args(argv)
	as_json = getattr(args, "json", False)
	try:
		return args.run(args) or 0
	except FactoringError as error:
		if as_json:
			print(json.dumps({"error": error.as_dict()}))
		return _fail(str(error))
	except BrokenPipeError:
		os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
		return 1
	except FileNotFoundError as error:
		return _fail(f"{error.filename}: there is no such file.")
	except (IsADirectoryError, PermissionError) as error:
		return _fail(f"{error.filename}: cannot be read or written ({error.strerror}).")
	except OSError as error:
		return _fail(f"{error.filename or 'system'}: {error.strerror or error}.")
	except KeyboardInterrupt:
		return _fail("Stopped.")


def _fail(sentence: str) -> int:
	print(f"rts-factoring: {sentence}", file=sys.stderr)
	return 1
