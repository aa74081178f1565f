"""Which addresses a factor's server may have."""

import socket

import pytest

from rts_factoring.core.delivery import list_folder, probe
from rts_factoring.core.delivery.addresses import check_networks, is_allowed, open_socket
from rts_factoring.core.delivery.connection import Connection
from rts_factoring.core.errors import DeliveryError

PRIVATE = [
	"127.0.0.1",
	"127.8.8.8",
	"::1",
	"0.0.0.0",
	"::",
	"10.0.0.1",
	"172.16.0.1",
	"192.168.1.1",
	"100.64.0.1",
	"169.254.169.254",
	"fe80::1",
	"fe80::1%eth0",
	"fd00::1",
	"::ffff:10.0.0.1",
	"::ffff:127.0.0.1",
	"64:ff9b::7f00:1",
	"2002:7f00:1::",
	"224.0.0.1",
	"255.255.255.255",
	"192.0.2.1",
	"2001:db8::1",
]
PUBLIC = ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::"]


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_of_a_site_s_own_networks_are_refused(address):
	assert not is_allowed(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_reached(address):
	assert is_allowed(address)


def test_a_network_that_the_administrator_names_is_reached_and_no_other():
	assert is_allowed("10.1.2.3", ["10.1.0.0/16"])
	assert is_allowed("::ffff:10.1.2.3", ["10.1.0.0/16"])
	assert not is_allowed("10.2.2.3", ["10.1.0.0/16"])


def test_a_text_that_is_no_network_is_told():
	with pytest.raises(ValueError, match="nonsense"):
		check_networks(["127.0.0.1", "nonsense"])


@pytest.mark.parametrize("protocol", ["sftp", "ftps", "ftp"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "127.1"])
def test_no_protocol_connects_to_the_site_s_own_machine(protocol, host):
	with socket.create_server(("127.0.0.1", 0)) as server:
		server.settimeout(0.2)
		connection = Connection(
			host=host,
			port=server.getsockname()[1],
			username="rts",
			password="x",
			protocol=protocol,
			insecure=True,
			host_key_sha256="SHA256:x",
			private_networks=(),
		)
		with pytest.raises(DeliveryError) as refused:
			list_folder(connection)
		assert refused.value.code == "private_address"
		with pytest.raises(TimeoutError):
			server.accept()


def test_a_probe_for_the_host_key_connects_nowhere_else_either():
	with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(DeliveryError) as refused:
		probe("127.0.0.1", server.getsockname()[1], 1, private_networks=("10.0.0.0/8",))
	assert refused.value.code == "private_address"


def test_the_socket_leads_to_the_address_that_was_checked(monkeypatch):
	"""A name that resolves to another address at the second question (DNS rebinding) is asked once."""
	questions = []
	real = socket.getaddrinfo

	def resolve(host, *arguments, **options):
		questions.append(host)
		return real("127.0.0.1" if host == "factor.example" else host, *arguments, **options)

	monkeypatch.setattr(socket, "getaddrinfo", resolve)
	with socket.create_server(("127.0.0.1", 0)) as server:
		connection = Connection(
			host="factor.example",
			port=server.getsockname()[1],
			username="rts",
			private_networks=("127.0.0.0/8",),
		)
		open_socket(connection).close()
	assert questions.count("factor.example") == 1


def test_a_banner_is_one_short_line():
	connection = Connection(host="factor.example", username="rts", password="s3cret-word")
	shown = connection.scrub("<b>hello\x1b[31m</b>\r\n" + "s3cret-word " + "x" * 5000)
	assert len(shown) == 140
	assert shown.isprintable()
	assert "s3cret" not in shown
