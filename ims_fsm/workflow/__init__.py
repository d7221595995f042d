"""Floor 4: the use cases. A use case is a function, and a function is one transaction."""
