"""Importing: what the portal shows of a recipient's IMS is taken in."""
