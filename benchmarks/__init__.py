"""Measurements of the engine beside what people would use instead; run by `make bench`, never imported by it."""
