"""Floor 1: the law as data, and what follows from it. Pure: no clock, no database."""
