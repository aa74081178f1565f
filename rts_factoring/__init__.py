"""Sell freight invoices to RTS Financial from ERPNext."""

__version__ = "1.0.0"
