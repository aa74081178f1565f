"""What can go wrong while files travel to the factor and back."""

from __future__ import annotations

from .message import Message

DELIVERY: dict[str, Message] = {
	# The connection settings cannot work.
	"no_host": Message("No host is set.", "Enter the host that RTS gave with the credentials."),
	"bad_protocol": Message("{protocol} is not one of sftp, ftps and ftp.", "Choose one of them."),
	"insecure_ftp": Message(
		"Plain FTP is not encrypted: anyone on the way can read the password and every packet.",
		"Ask RTS for SFTP or FTPS, or ask a System Manager to allow plain FTP in the connection settings.",
	),
	"host_key_unconfirmed": Message(
		"The host key of this server is not confirmed yet.",
		"Test the connection. Then confirm the fingerprint that RTS gave you.",
	),
	"bad_private_key": Message(
		"The private key cannot be read with this passphrase.",
		"Paste an OpenSSH or PEM key (Ed25519, ECDSA or RSA) and its passphrase.",
	),
	"bad_private_key.locked": Message(
		"The private key is encrypted, and no passphrase is given.",
		"Enter the passphrase of the key as well.",
	),
	"bad_private_key.putty": Message(
		"This is a key of PuTTY (.ppk), which the app does not read.",
		"Load it in PuTTYgen, choose Conversions, then Export OpenSSH key, and paste the file that it saves.",
	),
	"bad_private_key.public": Message(
		"This is a public key. It goes to RTS; the app needs the private key.",
		"Paste the private key: the file of the same name without .pub.",
	),
	"bad_private_key.certificate": Message(
		"This is a certificate, not a private key.",
		"Paste the private key, which begins with BEGIN OPENSSH PRIVATE KEY or BEGIN PRIVATE KEY.",
	),
	"bad_private_key.kind": Message(
		"The private key is of a kind that SSH servers do not accept any more, such as DSA.",
		"Make an Ed25519 key (ssh-keygen -t ed25519), and give its public key to RTS.",
	),
	# The server cannot be reached, or is not the right one.
	"unreachable": Message(
		"The server cannot be reached ({problem}).",
		"Check host and port, and whether a firewall blocks the way.",
	),
	# This site is not the one that is to reach it.
	"other_site": Message(
		"The connection to the factor was confirmed on another site. This looks like a copy or a restored backup, so nothing is sent or fetched.",
		"If this site is the one that works with the factor, a System Manager presses Confirm This Site in the settings.",
	),
	"older_books": Message(
		"The books are older than the last delivery, which was of batch {batch}. A backup was restored, so nothing is sent or fetched.",
		"Compare with what RTS has. Then a System Manager presses Confirm This Site in the settings.",
	),
	"paused": Message(
		"The site's configuration holds back everything that reaches the factor (factoring_paused).",
		"An administrator of the bench removes it when the site is to work with the factor again.",
	),
	"private_address": Message(
		"The server's address is not public: it is in a private, local or link-local network.",
		"Check the host. A server in your own network, or the sandbox, must be named in the site's configuration "
		"(factoring_private_networks, see Administration).",
	),
	"handshake_failed": Message(
		"The server answered, but no SSH session was opened ({problem}).",
		"Check that this port is for SFTP, not for FTP or FTPS.",
	),
	"no_agreement": Message(
		"The server and this app have no SSH algorithm in common ({problem}). The server offers only {offered}.",
		"Old algorithms such as ssh-rsa and diffie-hellman-group1-sha1 are not safe any more, so the app does not use them. Ask RTS to allow current ones on its server.",
	),
	"host_key_changed": Message(
		"The server is not the one that was confirmed. It shows the host key {shown}, not {confirmed}. No credential was sent.",
		"Ask RTS by telephone whether its host key changed. If it did, test the connection and confirm the new one.",
	),
	"certificate_refused": Message(
		"The server's certificate is not trusted ({problem}). No credential was sent.",
		"Check the host name, or add the certificate authority that RTS names to the connection settings.",
	),
	"no_tls": Message(
		"The server offers no TLS ({answer}). No credential was sent.",
		"Ask RTS for the FTPS port, or for SFTP.",
	),
	"no_tls.files": Message(
		"The server encrypts the login, but not the files ({answer}). Nothing was sent.",
		"Ask RTS for SFTP, or for an FTPS server that encrypts files (PROT P).",
	),
	"login_refused": Message(
		"The server refused the login of {user}.",
		"Compare user name, password and key with the credentials that RTS gave for this subsidiary.",
	),
	"login_refused.method": Message(
		"The server lets {user} log in by {methods}, which the connection settings do not have.",
		"Enter the password, the private key or both, as RTS gave them for this subsidiary.",
	),
	"login_refused.question": Message(
		"The server asks {user} at login: {question}. The app has no answer to that.",
		"Ask RTS for a login by key or password, without a one-time code.",
	),
	"no_sftp": Message(
		"The login worked, but the server opened no SFTP session ({problem}).",
		"Ask RTS whether SFTP is enabled for this account.",
	),
	"timeout": Message(
		"The server did not answer in time.",
		"This is tried again automatically. If it happens again and again, ask RTS whether the server is up.",
	),
	"connection_lost": Message(
		"The connection broke ({problem}).",
		"This is tried again automatically and continues where it stopped.",
	),
	# The server says no.
	"folder_missing.list": Message(
		"The server has no folder {name}.", "Correct the remote folder in the connection settings."
	),
	"folder_missing.read": Message(
		"The server has no file {name}.", "List the folder again: the file was moved or removed."
	),
	"folder_missing.send": Message(
		"{name} cannot be sent: the server has no such folder.",
		"Correct the remote folder in the connection settings.",
	),
	"refused.list": Message(
		"The server does not list the folder {name} ({answer}).",
		"Ask RTS whether this login may read the folder.",
	),
	"refused.read": Message(
		"The server does not give out the file {name} ({answer}).",
		"Ask RTS whether this login may read the file.",
	),
	"refused.send": Message(
		"The server does not take the file {name} ({answer}).",
		"Ask RTS whether this login may write there, and whether the server is full.",
	),
	"refused.temporary": Message(
		"The server takes no temporary file for {name} ({answer}).",
		"Ask RTS whether this login may write there, and whether the server is full. If it takes only names that end in .pdf or .csv, tick Cannot Rename in the connection settings, or enter a Folder for Temporary Files.",
	),
	"rename_refused": Message(
		"The server refuses to rename {name} to its final name ({answer}).",
		"If this server cannot rename files, tick Cannot Rename in the connection settings.",
	),
	"cannot_look": Message(
		"This login may not see the files on the server ({answer}), so a delivery could not be verified.",
		"Ask RTS for the right to list the folder.",
	),
	"cannot_look.uploaded": Message(
		"{name} was uploaded under a temporary name. The server does not list its folder, so it is not known whether the file got its final name.",
		"Ask RTS whether it has the file, and for the right to list the folder.",
	),
	"too_many_files": Message(
		"The server lists more than {most} files in one folder.", "Ask RTS to clear the folder."
	),
	"too_big.download": Message(
		"The file {name} is larger than {most} bytes.", "Ask RTS for a report of a shorter period."
	),
	# A file of the batch cannot be sent.
	"bad_file_name.characters": Message(
		"These file names have characters that a server may not take: {names}.",
		"Correct the file name patterns of the Schedule Layout.",
	),
	"bad_file_name.twice": Message(
		"Several files of the batch have the same name: {names}.",
		"Correct the file name patterns of the Schedule Layout.",
	),
	"no_token": Message(
		"The delivery has no token, so it could not be continued after an interruption.",
		"Give every batch a token of its own.",
	),
	"packet_missing": Message(
		"The file {name} of this batch cannot be read ({problem}).",
		"Restore the file, or make the packet again in a new batch.",
	),
	"packet_changed": Message(
		"The file {name} has changed since the batch was submitted.",
		"Make the packet again in a new batch.",
	),
	"foreign_file": Message(
		"The server already has another file named {name}. It was not touched.",
		"Ask RTS what it is and to remove it, or send this invoice in a batch with other file names.",
	),
	"busy": Message("Another job is still working on {name}.", "This is tried again automatically."),
	"damaged.size": Message(
		"{name} did not arrive whole: the server has {arrived} of {size} bytes.",
		"This is tried again automatically. If it happens again and again, check whether the server is full. If it shows other sizes than it was sent and lets nobody read, tick Cannot Show Size in the connection settings.",
	),
	"damaged.larger": Message(
		"{name} has {arrived} bytes on the server, though {size} were sent, and reading it back does not confirm it.",
		"This is tried again automatically. If the server adds to files, tick Appends Instead of Overwriting in the connection settings. If it shows other sizes than it was sent and lets nobody read, tick Cannot Show Size.",
	),
	"damaged.content": Message(
		"{name} arrived with another content than it was sent with.",
		"This is tried again automatically. If it happens again and again, check whether the server appends to files.",
	),
	"temporary_taken": Message(
		"The temporary file of {name} is gone from the server.",
		"If the factor removes files as soon as they arrive, tick Removes Files at Once in the connection settings.",
	),
	"vanished": Message(
		"{name} was uploaded and is no longer on the server.",
		"Ask RTS whether it has the file. If the factor removes files that it has read, tick Removes Files at Once in the connection settings.",
	),
}
