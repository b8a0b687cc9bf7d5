"""Cursor features: one pure function a file, from a snapshot and a position to frozen data."""
