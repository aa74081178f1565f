"""The setup of a subsidiary: its server trusted once by a person, its key, its accounts, and what sends by itself."""

import io
import subprocess
import tempfile
import zipfile
from pathlib import Path

import frappe

from rts_factoring.services.batches import delivery, downloads, factoring_batch
from rts_factoring.services.company import accounts, connections, credentials, settings
from rts_factoring.tests import factories, report_factories
from rts_factoring.tests.cases import FreightCase
from rts_factoring.tests.factories import ACME, BLUEBIRD

THREE = ["AF-10001", "AF-10002", "AF-10003"]


def of_acme():
	return frappe.get_doc(settings.DOCTYPE, {"company": ACME})


class TestConnection(FreightCase):
	def test_a_server_is_used_only_after_a_person_confirmed_its_key(self):
		server = self.factor(pin="")
		with self.refused("The host key of this server is not confirmed yet"):
			connections.test_connection(of_acme())
		self.assertEqual(server.auth_attempts, 0)
		shown = connections.show_host_key(of_acme())
		self.assertEqual((shown["fingerprint"], shown["confirmed"]), (server.fingerprint, False))
		self.assertEqual(server.auth_attempts, 0)
		with self.refused(server.fingerprint, "Nothing was saved"):
			connections.confirm_host_key(of_acme(), "SHA256:another")
		connections.confirm_host_key(of_acme(), shown["fingerprint"])
		self.assertEqual(connections.test_connection(of_acme()), {"folder": "inbox", "files": 0})
		doc = of_acme()
		self.assertEqual((doc.request_stage, bool(doc.connected_on)), ("Connected", True))

	def test_the_pin_is_of_this_host_and_no_other(self):
		self.factor()
		doc = of_acme()
		self.assertTrue(doc.host_key_fingerprint)
		doc.fee_rate = 2
		doc.save()
		self.assertTrue(doc.host_key_fingerprint)
		doc.host = "localhost"
		doc.save()
		self.assertFalse(of_acme().host_key_fingerprint)

	def test_plain_ftp_needs_the_insecure_flag(self):
		with self.refused("clear text"):
			factories.make_settings(ACME, protocol="FTP", host="ftp.example.com")
		doc = of_acme()
		doc.update({"protocol": "FTP", "host": "ftp.example.com", "insecure": 1})
		doc.save(ignore_version=False)  # Frappe's tests keep none by themselves
		versions = frappe.get_all("Version", {"ref_doctype": settings.DOCTYPE, "docname": ACME}, pluck="data")
		self.assertTrue(any('"insecure"' in data for data in versions))

	def test_a_private_key_is_kept_whole_and_shown_to_nobody(self):
		with tempfile.TemporaryDirectory() as folder:
			path = Path(folder) / "key"
			command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "opensesame", "-f", str(path)]
			subprocess.run(command, check=True)
			key = path.read_text()
			listed = subprocess.run(["ssh-keygen", "-lf", f"{path}.pub"], capture_output=True, text=True)
		with self.refused("cannot be read with this passphrase"):
			credentials.store_private_key(of_acme(), key, "wrong")
		shown = credentials.store_private_key(of_acme(), key, "opensesame")
		self.assertIn(shown.split()[1], listed.stdout)
		doc = of_acme()
		connection = credentials.connection(doc)
		self.assertEqual((connection.private_key, connection.passphrase), (key, "opensesame"))
		doc.fee_rate = 2
		doc.save()  # saving the form keeps what it cannot see
		self.assertEqual(credentials.connection(of_acme()).passphrase, "opensesame")
		self.assertNotIn("BEGIN OPENSSH", frappe.as_json(of_acme().as_dict()))
		credentials.remove_private_key(of_acme())
		self.assertEqual(credentials.connection(of_acme()).private_key, "")

	def test_deleting_the_settings_deletes_their_secrets(self):
		factories.make_settings(ACME, password="a secret")
		doc = of_acme()
		doc.delete()
		self.assertIsNone(settings.find(ACME))
		found = frappe.db.sql("select 1 from `__Auth` where doctype = %s and name = %s", (doc.doctype, ACME))
		self.assertEqual(found, ())


class TestAccounts(FreightCase):
	def test_created_accounts_are_of_the_right_kind_and_found_again(self):
		doc = of_acme()
		for role, field in settings.ACCOUNT_FIELDS.items():
			account = frappe.get_doc("Account", doc.get(field))
			self.assertEqual((account.company, account.is_group), (ACME, 0))
			self.assertEqual(account.root_type, settings.ROOT_TYPES[role][0])
			self.assertEqual(account.account_currency, "USD")
		doc.fee_account = None
		doc.save()
		self.assertEqual(list(accounts.create_missing(ACME)), ["fee_account"])

	def test_an_account_that_does_not_fit_is_refused(self):
		doc = of_acme()
		other = frappe.db.get_value(settings.DOCTYPE, {"company": BLUEBIRD}, "fee_account")
		group = frappe.db.get_value("Account", doc.fee_account, "parent_account")
		debtors = frappe.get_cached_value("Company", ACME, "default_receivable_account")
		cases = {
			("fee_account", other): BLUEBIRD,
			("fee_account", group): "it is a group",
			("fee_account", doc.clearing_account): "must be Expense",
			("clearing_account", debtors): "Receivable",
			("charges_account", doc.fee_account): "its own account",
		}
		for (field, account), words in cases.items():
			with self.subTest(field=field, account=account), self.refused(words):
				doc = of_acme()
				doc.set(field, account)
				doc.save()

	def test_the_account_of_a_role_stays_once_reports_were_posted_to_it(self):
		report_factories.sent_samples()
		doc = of_acme()
		values = {"account_name": "Fees of Another Kind", "company": ACME}
		values["parent_account"] = frappe.db.get_value("Account", doc.fee_account, "parent_account")
		other = frappe.get_doc({"doctype": "Account"} | values).insert().name
		made = report_factories.import_sample("purchase_clean")
		with self.refused("Fees", doc.fee_account):
			factories.make_settings(ACME, fee_account=other)
		made.cancel()
		self.assertEqual(factories.make_settings(ACME, fee_account=other).fee_account, other)


class TestByHand(FreightCase):
	def test_a_factor_without_a_server_gets_the_same_files_by_hand(self):
		factories.make_settings(ACME, protocol="Download")
		factories.make_invoices(THREE)
		batch = factoring_batch.create(ACME, THREE)
		batch.submit()
		with self.refused("not made yet"):
			downloads.of_batch(batch.name)
		frappe.db.commit()
		self.assertEqual(delivery.deliver_batch(batch.name), "Ready to Download")
		name, content = downloads.of_batch(batch.name)
		self.assertEqual(name, f"{batch.name}.zip")
		names = zipfile.ZipFile(io.BytesIO(content)).namelist()
		batch.reload()
		self.assertEqual(names, [row.file_name for row in batch.files])
		self.assertEqual(factories.state("AF-10001"), "Queued")
		delivery.mark_delivered(batch.name)
		self.assertEqual({factories.state(name) for name in THREE}, {"Submitted"})
		with self.refused("Delivered"):
			delivery.mark_delivered(batch.name)
