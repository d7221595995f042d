"""Floor 0: the field's words, money, periods and documents. Imports nothing of the package above it."""
