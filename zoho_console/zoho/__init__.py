"""The client: HTTP to Zoho."""
