"""A stand-in for Zoho CRM, for demo, rehearsal and tests; shares no code with the client."""
