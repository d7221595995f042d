"""Floor 3: the only writer of the database. SQLModel and SQLAlchemy are imported here and nowhere else."""
