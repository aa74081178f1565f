"""An embedded factor to rehearse with: an SFTP server that buys what it receives and writes both reports."""

from rts_factoring.sandbox.agreement import Agreement, Scenario
from rts_factoring.sandbox.factor import Factor
from rts_factoring.sandbox.serve import serve
from rts_factoring.sandbox.server import SandboxServer

__all__ = ["Agreement", "Factor", "SandboxServer", "Scenario", "serve"]
