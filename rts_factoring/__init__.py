"""Sell freight invoices to RTS Financial from ERPNext."""

__version__ = "0.1.0"
