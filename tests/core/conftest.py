"""Random tests try the same examples in every run, so that a change alone turns them red; FULL=1 tries new ones each time.
A busy machine fails none of them: no example has a time limit.
"""

import os

from hypothesis import HealthCheck, settings

untimed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("same examples", untimed, derandomize=True)
settings.register_profile("new examples", untimed)
settings.load_profile("new examples" if os.environ.get("FULL") else "same examples")
