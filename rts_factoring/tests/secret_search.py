"""Looks for a secret everywhere a site keeps anything: database, files, logs, Redis. In clear, base64 and URL-encoded."""

import base64
import time
import zlib
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, quote_plus

import frappe
import redis

LARGEST = 50_000_000  # bytes of a file that is read


def spellings(secret: str) -> set[bytes]:
	"""The secret in clear, URL-encoded, escaped as JSON, and as base64 at each of the three offsets it may begin."""
	raw = secret.encode()
	found = {raw, quote(secret, safe="").encode(), quote(secret).encode(), quote_plus(secret).encode()}
	for offset in range(3):
		encoded = base64.b64encode(b"\0" * offset + raw)
		found.add(encoded[(0, 2, 3)[offset] : (len(raw) + offset) // 3 * 4].rstrip(b"="))
	return found


class Search:
	"""Everything since it was made; `places(secrets)` names where one of them stands."""

	def __init__(self):
		self.begin = time.time() - 1
		self.answers: list[tuple[str, bytes]] = []  # what came over HTTP, with its headers
		self.events: list[bytes] = []

	def keep(self, answer) -> None:
		self.answers.append((answer.request.url, answer.content + repr(dict(answer.headers)).encode()))

	def places(self, secrets) -> list[str]:
		patterns = set().union(*(spellings(secret) for secret in secrets))
		found = set()
		for place, content in self._everything():
			if any(pattern in content for pattern in patterns):
				found.add(place)
		return sorted(found)

	def _everything(self):
		frappe.db.rollback()
		yield from _database()
		yield from self._files()
		yield from _redis()
		yield from ((f"answer {url}", content) for url, content in self.answers)
		yield from (("event", event) for event in self.events)

	def _files(self):
		folders = Path(frappe.get_site_path()).resolve(), Path(frappe.utils.get_bench_path()) / "logs"
		for folder in folders:
			for path in folder.rglob("*"):
				if path.is_file() and path.stat().st_mtime >= self.begin and path.stat().st_size < LARGEST:
					yield f"file {path.relative_to(folder.parent)}", path.read_bytes()


def _database():
	for table in frappe.db.get_tables(cached=False):
		for row in frappe.db.sql(f"select * from `{table}`"):  # nosec B608 # names of the database itself
			yield f"table {table}", "\x1f".join(str(value) for value in row if value is not None).encode()


def _redis():
	for kind in ("redis_cache", "redis_queue"):
		client = redis.from_url(frappe.conf[kind])
		for key in client.scan_iter(count=1000):
			for value in _values(client, key):
				yield f"{kind} {key.decode(errors='replace')}", key + value
				with suppress(zlib.error):  # a job's arguments are compressed
					yield f"{kind} {key.decode(errors='replace')}", zlib.decompress(value)


def _values(client, key: bytes) -> list[bytes]:
	kind = client.type(key)
	if kind == b"string":
		return [client.get(key) or b""]
	if kind == b"hash":
		return [part for pair in client.hgetall(key).items() for part in pair]
	if kind == b"list":
		return client.lrange(key, 0, -1)
	if kind == b"set":
		return list(client.smembers(key))
	if kind == b"zset":
		return client.zrange(key, 0, -1)
	return (
		[part for _id, fields in client.xrange(key) for part in fields.values()] if kind == b"stream" else []
	)
