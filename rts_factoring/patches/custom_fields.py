"""Run again by raising the number behind its line in patches.txt, whenever the list of fields changes."""

from rts_factoring import custom_fields


def execute():
	custom_fields.create()
