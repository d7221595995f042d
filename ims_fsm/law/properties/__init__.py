"""What the declared machines are proved to keep, each property over every situation that there is."""
