"""The two things that the backend does: it books a voucher with its record, and follows what happens to the record."""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.db import connection, transaction

from approvals.models import Followed, Voucher
from ims_fsm import IMS


@cache
def ims() -> IMS:
    """Open IMS on Django's database, once for the process; a process that is forked does so after the fork."""
    return IMS(f"sqlite:///{settings.DATABASES['default']['NAME']}")


def book(gstin: str, record_id: int, number: str, *, user: str) -> Voucher:
    """Accept a record and book its voucher: both, or none. Raises `RefusedError` with every refusal."""
    opened = ims()
    with transaction.atomic():
        voucher = Voucher.objects.create(number=number, gstin=gstin, record_id=record_id)
        opened.bound(connection).recipient(gstin, actor=user).accept(record_id)
    return voucher


def follow(limit: int = 100) -> int:
    """Bring vouchers to the state of their records, event by event; returns how many events were read.

    What is done and the cursor are one transaction, so every event counts once, whenever this is killed.
    """
    opened = ims()
    with transaction.atomic():
        last = Followed.objects.select_for_update().filter(name="vouchers").first()
        events = list(opened.bound(connection).events(last and last.cursor, limit=limit))
        for event in events:
            if event.kind == "transition":
                Voucher.objects.filter(gstin=event.recipient, record_id=event.subject).update(state=event.dest)
        if events:
            Followed.objects.update_or_create(name="vouchers", defaults={"cursor": events[-1].cursor})
    return len(events)
