"""Cases: what a host drives by a machine of its own, with the same log, guards and proofs as records have."""
