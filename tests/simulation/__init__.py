"""The bulk engine on a simulated clock, network, journal and dice: one seed, one history."""
