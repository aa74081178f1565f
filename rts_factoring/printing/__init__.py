"""How the Notice of Assignment reaches every print of a Sales Invoice."""
