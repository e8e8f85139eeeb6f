"""The library of the integration guide: one client for scripts, one for coroutines, both on the console's engine."""
