"""What suppliers do: save, edit, delete and file."""
