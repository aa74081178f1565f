"""What factoring is: frozen dataclasses, Decimal and date. Nothing here imports Frappe."""
