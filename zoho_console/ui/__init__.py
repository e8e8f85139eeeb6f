"""Widgets: draw a screen's state, call its intents."""
