"""Bytes to messages and back, dispatched and answered; recorded and replayed. Their meaning is decided elsewhere."""
