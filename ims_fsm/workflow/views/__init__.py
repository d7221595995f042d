"""What people see: records, logs, returns, events, pictures. Reads only."""
