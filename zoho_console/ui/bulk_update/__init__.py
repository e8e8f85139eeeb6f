"""The bulk update page: a spine of steps and one widget for each."""
