"""The least that Django needs; ims_fsm has its tables in the same database."""

import os
from pathlib import Path

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("APPROVALS_DB", Path(__file__).with_name("approvals.sqlite3")),
        # Who writes first holds the file: as ims_fsm does, so that nobody fails half-way.
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 30},
    }
}
INSTALLED_APPS = ["approvals"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
