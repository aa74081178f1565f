"""`python -m rts_factoring` is the same as the command `rts-factoring`."""

import sys

from rts_factoring.cli import main

if __name__ == "__main__":
	sys.exit(main())
