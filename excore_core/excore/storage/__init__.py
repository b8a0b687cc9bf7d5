"""What is written to disk: files replaced whole, and the cache folders that carry our mark."""
