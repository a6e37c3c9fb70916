/** Daemons that write to syslog. */
export const SYSTEM_DAEMONS = String.raw`
Started {service}.service - {title}.
Stopped {service}.service - {title}.
Starting {service}.service...
{service}.service: Main process exited, code=exited, status={small}/FAILURE
{service}.service: Failed with result '{state}'.
{service}.service: Scheduled restart job, restart counter is at {int}.
{service}.service: Consumed {duration} CPU time.
Created slice User Slice of UID {int}.
New session {int} of user {user}.
Session {int} logged out. Waiting for processes to exit.
Removed session {int}.
Connection closed by {ip} port {port}
Connection closed by authenticating user {user} {ip} port {port} [preauth]
Disconnected from user {user} {ip} port {port}
Server listening on {ip} port {port}.
error: maximum authentication attempts exceeded for {user} from {ip} port {port} ssh2
({user}) CMD ({path}[[ --{noun}]])
({user}) RELOAD (crontabs/{user})
DHCPREQUEST for {ip} from {mac} via {glued}
DHCPACK on {ip} to {mac} [[({host}) ]]via {glued}
DHCPDISCOVER from {mac} via {glued}: network {ip}/{small}: no free leases
client {addr} {ipport} ({domain}): query (cache) '{domain}/A/IN' denied
zone {domain}/IN: loaded serial {int}
zone {domain}/IN: transfer from {ip}#{port}: Transfer completed: {small} messages, {int} records, {int} bytes, {float} secs
{id}: from=<{email}>, size={int}, nrcpt={small} (queue active)
{id}: to=<{email}>, relay={domain}[{ip}]:{port}, delay={float}, delays={float}/{float}/{float}/{float}, dsn={version}, status=sent (250 OK)
{id}: to=<{email}>, relay=none, delay={float}, status=deferred (connect to {domain}[{ip}]:{port}: {reason})
{id}: removed
connect from {domain}[{ip}]
disconnect from {domain}[{ip}] ehlo={small} mail={small} commands={small}
lost connection after {noun} from unknown[{ip}]
imap-login: Login: user=<{user}>, method=PLAIN, rip={ip}, lip={ip}, session=<{token}>
imap({user})<{int}><{token}>: Disconnected: Logged out in={int} out={int}
synchronized to {ip}, stratum {small}
time reset {signed}.{int} s
kernel time sync status {small}{small}{small}{small}
Selected source {ip}
System clock wrong by {float} seconds
{user} : TTY=pts/{small} ; PWD={dir} ; USER=root ; COMMAND={path}
device {glued} entered forwarding state
<info>  [{float}] device ({glued}): state change: {state} -> {state} (reason '{noun}')
`;
