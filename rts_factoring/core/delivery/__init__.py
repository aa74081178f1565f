"""Files to the factor, each exactly once, whole, under its final name, packets before schedule.

`deliver` is safe to run again after any death of the job: it reads what the journal says, looks at the
server, and goes on from there. See `batch_delivery` for how.
"""

from .connection import Connection, FileState, HostKey, OutgoingFile, RemoteFile
from .operations import Summary, deliver, fetch_file, list_folder
from .sftp import probe

__all__ = [
	"Connection",
	"FileState",
	"HostKey",
	"OutgoingFile",
	"RemoteFile",
	"Summary",
	"deliver",
	"fetch_file",
	"list_folder",
	"probe",
]
