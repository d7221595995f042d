"""Records in sets: the declared law as SQL, so that a million records move in a few statements."""
