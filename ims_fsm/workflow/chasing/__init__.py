"""Chasing suppliers: for what they have not filed, or have otherwise than the books."""
