"""A stand-in for Zoho CRM, for demo, rehearsal and tests; shares no code with the client."""

from zoho_console.simulator.faults import Fault, Faults
from zoho_console.simulator.server import Simulator, SimulatorOptions
from zoho_console.simulator.traffic import Exchange, Traffic
from zoho_console.simulator.world import World

__all__ = ["Exchange", "Fault", "Faults", "Simulator", "SimulatorOptions", "Traffic", "World"]
