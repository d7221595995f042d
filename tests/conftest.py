"""What all tests share: hypothesis without a clock, since a busy machine is no fault of the program."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("ims_fsm", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ims_fsm")
