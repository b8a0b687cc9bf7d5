"""Open folders from edit to edit: the changing host, its immutable snapshots, and which files are configs."""
