"""Floor 2: a record, its chain, its returns and its log, as values, and what follows from them. Runs no statement."""
