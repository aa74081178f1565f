#!/usr/bin/env python3
"""Write rts_factoring/locale/es.po from translations/es.csv: `python3 scripts/write_locale.py`.

Frappe 16 compiles the first on `bench build`, and its translators' tools know that form; Frappe 15 reads the second. People edit the
second alone.
"""

import csv
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / "rts_factoring"
SOURCE, TARGET = PACKAGE / "translations" / "es.csv", PACKAGE / "locale" / "es.po"
HEADER = r"""# Written from translations/es.csv by scripts/write_locale.py.
msgid ""
msgstr ""
"Project-Id-Version: RTS Factoring\n"
"Language: es\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"
"""
_ESCAPED = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n", "\t": r"\t"})


def catalog() -> str:
	with SOURCE.open(newline="") as lines:
		entries = [
			f"msgid {_quoted(text)}\nmsgstr {_quoted(spanish)}\n" for text, spanish in csv.reader(lines)
		]
	return "\n".join([HEADER, *entries])


def _quoted(text: str) -> str:
	return f'"{text.translate(_ESCAPED)}"'


if __name__ == "__main__":
	TARGET.parent.mkdir(exist_ok=True)
	TARGET.write_text(catalog(), encoding="utf-8")
