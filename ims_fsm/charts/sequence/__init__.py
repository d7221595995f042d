"""A sequence between supplier, IMS and recipient, with the money."""
