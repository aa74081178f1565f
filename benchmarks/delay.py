"""A TCP proxy that delays both directions and passes everything else on, in a process of its own.

`python -m benchmarks.delay TARGET_PORT ONE_WAY_SECONDS` prints the port it listens on. Bandwidth is not limited.
"""

import asyncio
import subprocess
import sys
from contextlib import contextmanager

CHUNK = 1 << 16
IN_FLIGHT = 512  # chunks on the way, so that a stalled reader stops the writer as a real line does


async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float) -> None:
	loop = asyncio.get_running_loop()
	line: asyncio.Queue = asyncio.Queue(IN_FLIGHT)

	async def arrive() -> None:
		while True:
			due, data = await line.get()
			if (wait := due - loop.time()) > 0:
				await asyncio.sleep(wait)
			if not data:
				break
			writer.write(data)
			await writer.drain()
		writer.close()

	arriving = asyncio.create_task(arrive())
	try:
		while data := await reader.read(CHUNK):
			await line.put((loop.time() + delay, data))
	except ConnectionError:
		pass
	await line.put((loop.time() + delay, b""))
	await asyncio.gather(arriving, return_exceptions=True)


async def serve(target: int, delay: float) -> None:
	async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
		there, back = await asyncio.open_connection("127.0.0.1", target)
		await asyncio.gather(carry(reader, back, delay), carry(there, writer, delay))

	server = await asyncio.start_server(connected, "127.0.0.1", 0)
	print(server.sockets[0].getsockname()[1], flush=True)
	await server.serve_forever()


@contextmanager
def delayed(target: int, round_trip: float):
	"""The port of a proxy to `target` that adds `round_trip` seconds."""
	command = [sys.executable, "-m", "benchmarks.delay", str(target), str(round_trip / 2)]
	process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
	try:
		yield int(process.stdout.readline())
	finally:
		process.terminate()
		process.wait()


if __name__ == "__main__":
	asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2])))
