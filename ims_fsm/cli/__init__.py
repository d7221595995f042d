"""Floor 6: the command line. Typer and Rich are imported here alone."""
