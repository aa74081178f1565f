"""Random tests try the same examples in every run, so that a change alone turns them red; FULL=1 tries new ones each time."""

import os

from hypothesis import settings

settings.register_profile("same examples", derandomize=True)
settings.register_profile("new examples")
settings.load_profile("new examples" if os.environ.get("FULL") else "same examples")
