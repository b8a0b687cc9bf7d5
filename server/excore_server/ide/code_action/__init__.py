"""What an editor offers to do: fixes of problems."""
