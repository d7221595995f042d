"""`manage.py follow_ims`: the worker that follows IMS; `--once` reads what there is and ends."""

from __future__ import annotations

import time
from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from approvals.desk import follow


class Command(BaseCommand):
    """Follow what happens in IMS."""

    help = "Bring vouchers to the state of their records in IMS."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare `--once`."""
        parser.add_argument("--once", action="store_true", help="read what there is, and end")

    def handle(self, *, once: bool, **_options: object) -> None:
        """Read page by page; wait where there is none."""
        while True:
            count = follow()
            if count:
                self.stdout.write(f"{count} events")
            elif once:
                return
            else:
                time.sleep(1)
