"""What the calendar owes by now: planned, done, recorded and reminded of."""
