"""Zoho Console: bulk change without fear for Zoho CRM, as a window, a command line and a library."""

__version__ = "0.1.0"
