"""Floor 3: what crosses the border as files: bytes to values and back. Knows no `IMS` and no SQL."""
