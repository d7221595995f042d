"""Event logs of other systems, CSV and XES: read as a stream, put in the order of their cases, and written."""
