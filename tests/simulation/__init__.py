"""A simulation of many months: a town of suppliers and recipients on one store, its clock, and faults injected."""
