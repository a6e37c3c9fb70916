/** Windows services and set-up. */
export const WINDOWS = String.raw`
The {title} service entered the {state} state.
The {title} service terminated unexpectedly.  It has done this {small} time(s).
The {title} service failed to start due to the following error: {reason}
The start type of the {title} service was changed from auto start to demand start.
Installation Successful: Windows successfully installed the following update: {kb}
Installation Failure: Windows failed to install the following update with error {hex}: {kb}
The process {winpath} (pid {int}) has initiated the restart of computer {host} on behalf of user {user} for the following reason: {title}
An account was successfully logged on. Subject: Security ID: {sid} Account Name: {user} Logon Type: {small}
An account failed to log on. Subject: Security ID: {sid} Account Name: {user} Logon Type: {small}
A new process has been created. Creator Process ID: {hex} New Process Name: {winpath}
Faulting application name: {file}, version: {version}, time stamp: {hex}
Faulting module path: {winpath}
The system uptime is {int} seconds.
The time service is now synchronizing the system time with the time source {domain},{hex} (ntp.m|{hex}|{ipport}).
The driver {path} failed to load for the device {guid}.
Windows is starting up.
Group Policy settings for the computer were processed successfully. There were no changes detected since the last successful processing.
Name resolution for the name {domain} timed out after none of the configured DNS servers responded.
The computer {host} rebooted from a bugcheck. The bugcheck was: {hex} ({addr}, {addr}, {addr}, {addr}).
DCOM got error "{int}" attempting to start the service {noun} with arguments "{maybe}" in order to run the server: {guid}
Volume {title} ({guid}) is healthy. No action is needed.
The backup operation that started at '{date}' has finished successfully.
Scheduled task "\{title}" launched by user "{user}" instance "{guid}"
Print job {int} was sent to printer {title}, pages: {small}
WMI filter {title} denied, user {user}
Spooler loaded driver {winpath} for {title}
Cluster node '{host}' was removed from the active failover cluster membership.
Cluster resource '{title}' of type '{title}' in clustered role '{title}' failed.
The shadow copies of volume {winpath} were aborted because of an IO failure.
User Profile Service: user {user} hive is loaded by another process, {int} handles leaked
Certificate enrolment for {user} failed: {hex} ({reason})
Defender found {noun} in {winpath}, action {state}
BITS job {guid} transferred {int} of {int} bytes
MSI (s) ({small}:{small}): Product: {title} -- {state}
Hyper-V: '{host}' {state} (Virtual machine ID {guid})
`;
