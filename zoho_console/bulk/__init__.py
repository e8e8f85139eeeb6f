"""The change-set engine: from a file to outcomes, and back."""
