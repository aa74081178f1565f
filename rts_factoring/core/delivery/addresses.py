"""Which addresses a server may have. A host name that leads into the site's own network would let whoever enters it look
around there (SSRF), so only public addresses are reached, and those networks that the site's administrator names.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable

from ..errors import DeliveryError
from .connection import PORTS, Connection

_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address


def open_socket(connection: Connection) -> socket.socket:
	"""A TCP connection to the host, at the address that was checked. DeliveryError `private_address`, OSError."""
	port = connection.port or PORTS[connection.protocol]
	found = socket.getaddrinfo(connection.host, port, type=socket.SOCK_STREAM)
	addresses = list(dict.fromkeys(str(address[0]) for *_kind, address in found))
	if connection.private_networks is not None:
		addresses = [address for address in addresses if is_allowed(address, connection.private_networks)]
	if not addresses:
		raise DeliveryError("private_address", where=connection.where)
	problem = OSError()
	for address in addresses:
		try:
			return socket.create_connection((address, port), timeout=connection.connect_timeout)
		except OSError as error:
			problem = error
	raise problem


def is_allowed(address: str, networks: Iterable[str] = ()) -> bool:
	"""Whether an address is public, or in one of these networks.

	>>> is_allowed("10.1.2.3"), is_allowed("::ffff:10.1.2.3"), is_allowed("10.1.2.3", ["10.0.0.0/8"])
	(False, False, True)
	"""
	given = ipaddress.ip_address(address.partition("%")[0])
	meant = _inner(given)
	if any(one in network for one in (given, meant) for network in map(_network, networks)):
		return True
	return meant.is_global and not (meant.is_multicast or meant.is_reserved)


def check_networks(networks: Iterable[str]) -> None:
	"""ValueError for a text that is no network."""
	for network in networks:
		_network(network)


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
	return ipaddress.ip_network(text.strip(), strict=False)


def _inner(
	address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
	"""The IPv4 address that an IPv6 address carries, else the address itself."""
	if not isinstance(address, ipaddress.IPv6Address):
		return address
	if address in _NAT64:
		return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
	return address.ipv4_mapped or address.sixtofour or address
