"""Create the custom fields. When their list changes, raise the number of this patch in patches.txt to run it again."""

from rts_factoring import custom_fields


def execute():
	custom_fields.create()
