"""Builds the window on a workspace, owns the Qt loop."""
