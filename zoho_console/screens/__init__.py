"""View models: state and intents; PySide6.QtCore only."""
