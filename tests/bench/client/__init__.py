"""The client beside Zoho's own SDK and a floor: bare httpx that sends the fewest possible requests."""
