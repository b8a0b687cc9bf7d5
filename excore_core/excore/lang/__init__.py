"""What a config means: pure functions over texts, without dependencies and without knowledge of who asks."""
