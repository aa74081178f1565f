"""Promise 7: after a cycle full of failures no secret stands anywhere in clear, base64 or URL-encoded."""

import base64
import json
import threading
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch
from urllib.parse import quote

import frappe
import redis
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
	BestAvailableEncryption,
	Encoding,
	NoEncryption,
	PrivateFormat,
)
from frappe.utils.background_jobs import execute_job
from frappe.utils.password import set_encrypted_password

from rts_factoring import api
from rts_factoring.services.batches import delivery, factoring_batch
from rts_factoring.services.company import credentials, settings
from rts_factoring.services.reports import posting
from rts_factoring.tests import company_isolation, factories, report_factories, secret_search
from rts_factoring.tests.cases import FreightCase
from rts_factoring.tests.factories import ACME, BLUEBIRD
from rts_factoring.tests.web_server import TIMEOUT, Server

DOCTYPE = settings.DOCTYPE
INVOICES = ["AF-10001", "AF-10002"]


def secret(what: str) -> str:
	"""Different each time, with characters that are spelled differently in addresses."""
	return f"{what}/+=&%{frappe.generate_hash(length=16)}"


@contextmanager
def secrets_locked():
	"""Another connection holds the rows of all stored secrets."""
	site, locked, done = frappe.local.site, threading.Event(), threading.Event()

	def hold():
		frappe.init(site=site)
		frappe.connect()
		frappe.db.sql("select * from `__Auth` for update")
		locked.set()
		done.wait(60)
		frappe.db.rollback()
		frappe.destroy()

	holder = threading.Thread(target=hold)
	holder.start()
	locked.wait(30)
	try:
		yield
	finally:
		done.set()
		holder.join()


def private_key(passphrase: str) -> str:
	kind = BestAvailableEncryption(passphrase.encode())
	return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, kind).decode()


class TestSecrets(FreightCase):
	def setUp(self):
		super().setUp()
		factories.make_invoices(INVOICES)
		company_isolation.remove_limits()
		company_isolation.make_people()
		company_isolation.remove_limits()
		self.factor_server = self.factor()
		self.web = Server()
		self.addCleanup(self.web.stop)
		self.person = self.web.person(company_isolation.address("System Manager"), company_isolation.PASSWORD)
		self.search = secret_search.Search()
		self.addCleanup(frappe.db.commit)
		self.addCleanup(credentials.remove_private_key, frappe.get_doc(DOCTYPE, ACME))

	# What a System Manager does in the browser

	def post(self, path: str, **data):
		answer = self.person.session.post(f"{self.web.url}/api/method/{path}", data=data, timeout=TIMEOUT)
		self.search.keep(answer)
		frappe.db.rollback()
		return answer

	def save(self, **values):
		path = f"{self.web.url}/api/resource/{quote(DOCTYPE)}/{quote(ACME)}"
		answer = self.person.session.get(path, timeout=TIMEOUT)
		self.search.keep(answer)
		doc = json.dumps(answer.json()["data"] | values)
		return self.post("frappe.desk.form.save.savedocs", doc=doc, action="Save")

	def ask(self, method: str, **arguments):
		args = {"args": json.dumps(arguments)} if arguments else {}
		return self.post("run_doc_method", dt=DOCTYPE, dn=ACME, method=method, **args)

	def store(self, key: str, phrase: str):
		return self.post("rts_factoring.api.store_private_key", company=ACME, key=key, pwd=phrase)

	# The job

	def attempt(self, batch) -> str:
		frappe.db.set_value("Factoring Batch", batch.name, {"status": "Queued", "next_attempt_on": None})
		frappe.db.commit()
		status = delivery.deliver_batch(batch.name)
		frappe.db.commit()
		return status

	def test_no_secret_leaves(self):
		password, passphrase, other = secret("pw"), secret("pp"), secret("no")
		key = private_key(passphrase)
		secrets = [password, passphrase, other, *key.splitlines()[1:3]]
		listener = redis.from_url(frappe.conf.redis_queue).pubsub()
		listener.subscribe("events")
		listener.get_message(timeout=5)

		self.assertEqual(self.save(password=other, advance_rate=200).status_code, 417)
		self.assertTrue(self.save(password=other, username="rts").ok)
		self.assertEqual(self.store(key, other).status_code, 417)
		self.assertTrue(self.store(key, passphrase).ok)
		self.assertEqual(self.ask("test_connection").status_code, 417)  # login refused

		batch = factoring_batch.create(ACME, INVOICES)
		batch.submit()
		frappe.db.commit()
		self.assertEqual(self.attempt(batch), "Failed")
		self.assertIn("refused the login", frappe.db.get_value("Factoring Batch", batch.name, "error"))

		self.factor_server.password = password
		frappe.db.set_value(DOCTYPE, ACME, "host_key_fingerprint", "SHA256:" + "x" * 43)
		frappe.clear_document_cache(DOCTYPE, ACME)
		frappe.db.commit()
		self.assertTrue(self.save(password=password).ok)
		self.assertEqual(self.attempt(batch), "Failed")
		self.assertIn("not the one", frappe.db.get_value("Factoring Batch", batch.name, "error"))
		shown = self.ask("show_host_key").json()["message"]["fingerprint"]
		self.assertTrue(self.ask("confirm_host_key", fingerprint=shown).ok)

		self.factor_server.stop()  # the line is down
		self.assertEqual(self.attempt(batch), "Queued")
		self.factor_server.start()
		point_to_same(self.factor_server)

		# an error nobody foresaw, while a connection is in the variables
		row, state = frappe.db.get_value("Factoring Batch File", {"parent": batch.name}, ["name", "state"])
		frappe.db.set_value("Factoring Batch File", row, "state", "no such state")
		self.assertEqual(self.attempt(batch), "Queued")
		frappe.db.set_value("Factoring Batch File", row, "state", state)
		self.fail_with_a_connection()

		self.assertEqual(self.attempt(batch), "Delivered")
		self.assertTrue(self.ask("test_connection").ok)
		failed = self.import_reports(batch.name)
		for fieldname in ("password", "passphrase", "private_key"):
			answer = self.post("frappe.client.get_password", doctype=DOCTYPE, name=ACME, fieldname=fieldname)
			self.assertEqual(answer.status_code, 403)
		fields = json.dumps([f"`tab{DOCTYPE}`.`{name}`" for name in ("name", "password", "passphrase")])
		self.assertTrue(
			self.post(
				"frappe.desk.reportview.export_query", doctype=DOCTYPE, fields=fields, file_format_type="CSV"
			).ok
		)
		while message := listener.get_message(ignore_subscribe_messages=True, timeout=1):
			self.search.events.append(message["data"])

		self.assertTrue(frappe.db.count("Error Log", {"method": ("like", f"%{batch.name}%")}))
		self.assertTrue(frappe.db.count("Error Log", {"error": ("like", "%while posting%")}))
		self.assertEqual(frappe.db.get_value("Report Import", failed, "status"), "Failed")
		self.assertGreater(len(self.search.events), 2)
		self.assertEqual(self.search.places(secrets), [])
		self.assertEqual(credentials.secret(frappe.get_doc(DOCTYPE, ACME), "password"), password)

	def import_reports(self, batch: str) -> str:
		"""What RTS bought and what was paid, a file that is no report, and a posting that fails in a background job with a
		connection in its variables; the name of the last."""
		amounts = {name: float(factories.receivables()[name]["amount"]) for name in INVOICES}
		bought = [(name, amount, 30, 50) for name, amount in amounts.items()]
		purchase = report_factories.import_file(
			"purchase.xlsx", report_factories.purchase_rows(batch, *bought)
		)
		paid = [(name, "CHK-1", "11/05/2026", "Payment", amount) for name, amount in amounts.items()]
		payment = report_factories.import_file(
			"payment.xlsx", report_factories.payment_rows("11/01/2026 - 11/07/2026", *paid)
		)
		self.assertEqual((purchase.posted_count, payment.posted_count), (2, 2))
		with self.assertRaises(frappe.ValidationError):
			report_factories.import_file("broken.xlsx", b"PK no workbook")
		fee = report_factories.payment_rows(
			"11/08/2026 - 11/14/2026", (None, "CHK-2", "11/09/2026", "Fee", 0, 5)
		)
		last = report_factories.import_file("fee.xlsx", fee, submit=False).name
		frappe.db.commit()

		def post(name):
			connection = credentials.connection(settings.find(ACME))
			raise RuntimeError(f"while posting {name}, with {connection.host}")

		job = ("rts_factoring.services.reports.jobs.post_job", None, "post", {"name": last})
		with patch.object(posting, "post", post), self.assertRaises(RuntimeError):
			execute_job(frappe.local.site, *job, is_async=False)
		return last

	def fail_with_a_connection(self) -> None:
		"""An exception whose frames hold the settings and the open connection."""
		try:
			connection = credentials.connection(settings.find(ACME))
			raise RuntimeError(f"while talking to {connection.host}")
		except RuntimeError:
			frappe.log_error(title="With a connection")
			frappe.db.commit()

	def test_the_search_finds_a_secret_that_is_there(self):
		planted = secret("control")
		frappe.get_doc({"doctype": "Error Log", "method": "x", "error": f"password: {planted}"}).insert()
		frappe.db.commit()
		frappe.cache.set_value("factoring-control", f"a {quote(planted)} b")
		self.addCleanup(frappe.cache.delete_value, "factoring-control")
		file = Path(frappe.get_site_path("private", "files", "factoring-control.txt"))
		file.write_bytes(b"x" + base64.b64encode(b"ab" + planted.encode() + b"cd"))
		self.addCleanup(file.unlink)
		found = " ".join(self.search.places([planted]))
		for place in ("tabError Log", "redis_cache", "factoring-control.txt"):
			self.assertIn(place, found)
		frappe.db.delete("Error Log", {"method": "x"})
		frappe.db.commit()

	def test_a_lock_wait_while_a_secret_is_stored_shows_it_nowhere(self):
		phrase, password = secret("phrase"), secret("password")
		key = private_key(phrase)
		for fieldname in ("private_key", "password"):
			set_encrypted_password(DOCTYPE, ACME, "before", fieldname)
		frappe.db.commit()
		frappe.set_user(company_isolation.address("System Manager"))
		frappe.db.sql("set session innodb_lock_wait_timeout = 1")
		self.addCleanup(frappe.db.sql, "set session innodb_lock_wait_timeout = default")
		self.requests = {
			api.store_private_key: {"company": ACME, "key": key, "pwd": phrase},
			api.store_password: {"company": ACME, "password": password},
		}
		with secrets_locked():
			for method in self.requests:
				frappe.db.rollback()
				self.refuse_and_log(method)
		frappe.set_user("Administrator")
		self.assertTrue(frappe.db.exists("Error Log", {"method": "While a secret was stored"}))
		self.assertEqual(self.search.places([phrase, password, *key.splitlines()[1:3]]), [])

	def refuse_and_log(self, method) -> None:
		"""Call a method as a request does, and log its error as Frappe does with those it does not know."""
		try:
			frappe.call(method, **self.requests[method])
		except frappe.ValidationError as error:
			self.assertIn("could not be stored", str(error))
			frappe.log_error("While a secret was stored")
			frappe.db.commit()
		else:
			self.fail("nothing was refused")

	def test_the_password_is_not_sent_to_another_server(self):
		for change in ({"host": "other.test"}, {"port": 2223}, {"username": "somebody"}):
			factories.make_settings(ACME, host="sftp.test", port=2222, username="me", password=secret("old"))
			doc = frappe.get_doc(DOCTYPE, ACME)
			doc.update(change)
			doc.save()
			self.assertEqual((credentials.secret(doc, "password"), doc.password), ("", ""), change)
		doc.update({"host": "third.test", "password": "entered again"})
		doc.save()
		self.assertEqual(credentials.secret(doc, "password"), "entered again")

	def test_a_new_password_is_used_by_a_batch_that_waits(self):
		batch = factoring_batch.create(ACME, INVOICES)
		batch.submit()
		frappe.db.commit()
		self.factor_server.stop()
		self.assertEqual(self.attempt(batch), "Queued")
		self.factor_server.password = new = secret("new")
		self.factor_server.start()
		point_to_same(self.factor_server)
		self.assertTrue(self.save(password=new).ok)
		self.assertEqual(self.attempt(batch), "Delivered")

	def test_a_key_that_replaces_another_leaves_nothing_of_it(self):
		for phrase in (secret("one"), ""):
			key = Ed25519PrivateKey.generate() if not phrase else None
			text = private_key(phrase) if phrase else _plain(key)
			self.assertTrue(self.store(text, phrase).ok)
		doc = frappe.get_doc(DOCTYPE, ACME)
		self.assertEqual(credentials.secret(doc, "private_key"), text.strip() + "\n")
		self.assertEqual((credentials.secret(doc, "passphrase"), doc.passphrase), ("", ""))

	def test_deleting_the_settings_deletes_their_secrets(self):
		doc = factories.make_settings(BLUEBIRD, password=secret("gone"), passphrase=secret("gone"))
		credentials.store_private_key(doc, private_key("a phrase"), "a phrase")
		self.assertEqual(_held(doc.name), {"password", "passphrase", "private_key"})
		frappe.delete_doc(DOCTYPE, doc.name)
		self.assertEqual(_held(doc.name), set())
		factories.make_settings(BLUEBIRD)
		frappe.db.commit()

	def test_new_settings_do_not_begin_with_the_secrets_of_others_that_had_their_name(self):
		"""ERPNext deletes rows of a company past the documents they belong to."""
		doc = factories.make_settings(BLUEBIRD, password=secret("old"), passphrase=secret("old"))
		credentials.store_private_key(doc, private_key("a phrase"), "a phrase")
		frappe.db.delete(DOCTYPE, doc.name)
		frappe.clear_document_cache(DOCTYPE, doc.name)
		self.assertEqual(_held(factories.make_settings(BLUEBIRD).name), set())
		frappe.db.delete(DOCTYPE, doc.name)
		frappe.clear_document_cache(DOCTYPE, doc.name)
		doc = factories.make_settings(BLUEBIRD, password="entered again")
		self.assertEqual(credentials.secret(doc, "password"), "entered again")
		factories.make_settings(BLUEBIRD)
		frappe.db.commit()

	def test_a_form_shows_that_a_secret_is_set_not_how_long_it_is(self):
		self.save(password="a" * 31)
		self.assertEqual(frappe.db.get_value(DOCTYPE, ACME, "password"), credentials.MASK)
		self.save(advance_rate=91)  # the mask that comes back is no new password
		self.assertEqual(credentials.secret(frappe.get_doc(DOCTYPE, ACME), "password"), "a" * 31)


def point_to_same(server) -> None:
	"""It may listen on another port now; a port is part of what the pin is for, so both are set."""
	values = {"port": server.port, "host_key_fingerprint": server.fingerprint}
	frappe.db.set_value(DOCTYPE, ACME, values)
	frappe.clear_document_cache(DOCTYPE, ACME)
	frappe.db.commit()


def _plain(key: Ed25519PrivateKey) -> str:
	return key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()


def _held(name: str) -> set[str]:
	auth = frappe.qb.Table("__Auth")
	rows = (
		frappe.qb.from_(auth)
		.where((auth.doctype == DOCTYPE) & (auth.name == name))
		.select(auth.fieldname)
		.run()
	)
	return {row[0] for row in rows}
