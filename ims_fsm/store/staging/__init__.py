"""Where a download lies in the database while it is taken in, and the statements that take it in as a set."""
