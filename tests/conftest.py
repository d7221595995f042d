"""What all tests share: hypothesis without a clock, since a busy machine is no fault of the program.

Where CI says so its examples are the same at every run, so that a commit is judged by what it changes.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "ims_fsm", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize="CI" in os.environ
)
settings.load_profile("ims_fsm")
