"""An embedded factor to rehearse with: an SFTP server that buys what it receives and writes both reports."""

from .factor import Agreement, Factor, Scenario
from .serve import serve
from .server import SandboxServer

__all__ = ["Agreement", "Factor", "SandboxServer", "Scenario", "serve"]
