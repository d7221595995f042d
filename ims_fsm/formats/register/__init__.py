"""Purchase registers: the titles of their columns, and their rows as documents."""
