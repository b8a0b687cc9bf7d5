"""What one client has open, has set and can do, and the work that goes on behind it."""
