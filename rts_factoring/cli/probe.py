"""`rts-factoring probe`: the host key a server shows, without a login; with a confirmed key and a user, what is in a folder.

The password comes from the environment or a prompt, never from the command line, where every user of the machine
could read it.
"""

from __future__ import annotations

import argparse
import getpass
import json
import os
import re
import sys
from datetime import datetime, timezone

from rts_factoring.core.delivery import Connection, list_folder, probe
from rts_factoring.core.errors import DeliveryError

PASSWORD = "RTS_FACTORING_PASSWORD"  # nosec B105 # the name of a variable


def add_arguments(parser) -> None:
	parser.add_argument(
		"server", metavar="HOST[:PORT]", type=_server, help="SFTP; the port is 22 unless given"
	)
	parser.add_argument(
		"--fingerprint", metavar="SHA256:…", help="the host key as RTS confirmed it; any other is refused"
	)
	parser.add_argument(
		"--user", metavar="NAME", help=f"log in and list; the password is read from {PASSWORD} or asked for"
	)
	parser.add_argument(
		"--folder", default="", metavar="PATH", help="the folder to list (the login folder unless given)"
	)
	parser.add_argument("--timeout", type=float, default=20, metavar="SECONDS")
	parser.add_argument("--json", action="store_true", help="print one JSON object")
	parser.set_defaults(usage_error=parser.error)


def run(args) -> int:
	host, port = args.server
	if args.user and not args.fingerprint:
		args.usage_error(
			"--user needs --fingerprint: probe without a login first, and confirm with RTS what it shows"
		)
	if args.user:
		connection = Connection(
			host=host,
			port=port,
			username=args.user,
			password=_password(args.user, host),
			host_key_sha256=args.fingerprint,
			connect_timeout=args.timeout,
			banner_timeout=args.timeout,
		)
		files = list_folder(connection, args.folder)
		print(_listing_json(args, files) if args.json else _listing(args, files))
		return 0
	key = probe(host, port, args.timeout)
	if args.fingerprint and _bare(args.fingerprint) != _bare(key.sha256):
		raise DeliveryError(
			"host_key_changed.probe",
			where=f"{host}:{port}",
			type=key.type,
			shown=key.sha256,
			expected=args.fingerprint,
		)
	if args.json:
		print(json.dumps({"host": host, "port": port, "type": key.type, "sha256": key.sha256}))
	else:
		print(f"{host}:{port} shows {key.type} {key.sha256}")
		print(
			"It is the one given."
			if args.fingerprint
			else "Compare it with the one RTS gave you before you log in."
		)
	return 0


def _server(text: str) -> tuple[str, int]:
	bracketed = re.fullmatch(r"\[([^\]]+)\](?::(\d+))?", text)
	plain = re.fullmatch(r"([^:\s]+)(?::(\d+))?", text)
	bare = re.fullmatch(r"([0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)()", text)  # IPv6 without a port
	match = bracketed or plain or bare
	port = int(match[2] or 22) if match else 0
	if not match or not 0 < port < 65536:
		raise argparse.ArgumentTypeError(f"{text!r} is not HOST or HOST:PORT")
	return match[1], port


def _password(user: str, host: str) -> str:
	if PASSWORD in os.environ:
		return os.environ[PASSWORD]
	if not sys.stdin.isatty():
		raise DeliveryError("no_password", variable=PASSWORD)
	return getpass.getpass(f"Password of {user} at {host}: ")


def _bare(fingerprint: str) -> str:
	return fingerprint.strip().removeprefix("SHA256:").rstrip("=")


def _listing(args, files) -> str:
	out = [f"{args.folder or 'login folder'}: {len(files)} entries"]
	for file in files:
		size = "folder" if file.is_folder else f"{file.size:,}" if file.size is not None else "?"
		out.append(f"{size:>14}  {_when(file.modified) or '-':16}  {_printable(file.name)}")
	return "\n".join(out)


def _listing_json(args, files) -> str:
	entries = [
		{"name": file.name, "size": file.size, "folder": file.is_folder, "modified": _when(file.modified)}
		for file in files
	]
	return json.dumps(
		{"host": args.server[0], "port": args.server[1], "folder": args.folder, "files": entries}
	)


def _when(modified: float | None) -> str | None:
	try:
		return (
			None
			if modified is None
			else datetime.fromtimestamp(modified, timezone.utc).strftime("%Y-%m-%d %H:%M")
		)
	except (OverflowError, ValueError, OSError):
		return None


def _printable(name: str) -> str:
	"""A server's file name without the control characters that would steer the terminal."""
	return "".join(c if c.isprintable() else "?" for c in name)
