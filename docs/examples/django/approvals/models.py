"""What the backend keeps itself: the voucher of a record in IMS, and how far events were read."""

from __future__ import annotations

from django.db import models


class Voucher(models.Model):
    """A purchase voucher, booked with the acceptance of its record; `record_id` is the record's id in ims_fsm."""

    number = models.CharField(max_length=32, unique=True)
    gstin = models.CharField(max_length=15)
    record_id = models.BigIntegerField(unique=True)
    state = models.CharField(max_length=16, default="accepted")


class Followed(models.Model):
    """The cursor of the last event that was dealt with, in the same transaction as what was done about it."""

    name = models.CharField(max_length=32, primary_key=True)
    cursor = models.TextField()
