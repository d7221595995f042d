"""The record's table and its columns, as every statement in sets names them.

Imports the tables alone.
"""

from __future__ import annotations

from typing import Any

from ims_fsm.store.tables import RecordRow

RECORD: Any = RecordRow.__table__  # type: ignore[attr-defined]
AT = RECORD.c
