"""The audit: what a store's logs prove, and what no longer follows from them."""

from __future__ import annotations

from ims_fsm.store.audit.audit import MOST, Audit, Finding, findings, verify

__all__ = ["MOST", "Audit", "Finding", "findings", "verify"]
