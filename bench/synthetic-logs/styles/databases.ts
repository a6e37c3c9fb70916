/** Databases. */
export const DATABASES = String.raw`
connection received: host={ip} port={port}
connection authorized: user={user} database={noun} application_name={service}
disconnection: session time: {clock}.{int} user={user} database={noun} host={ip} port={port}
duration: {float} ms  statement: {sql}
duration: {float} ms  execute <unnamed>: {sql}
checkpoint starting: time
checkpoint starting: wal
checkpoint complete: wrote {int} buffers ({pct}); {int} WAL file(s) added, {int} removed, {int} recycled; write={float} s, sync={float} s, total={float} s
automatic vacuum of table "{noun}.public.{noun}": index scans: {small}
automatic analyze of table "{noun}.public.{noun}" system usage: CPU: user: {float} s, system: {float} s, elapsed: {float} s
relation "{noun}" does not exist at character {int}
column "{noun}" does not exist at character {int}
duplicate key value violates unique constraint "{noun}_pkey"
deadlock detected
canceling statement due to statement timeout
canceling autovacuum task
process {int} still waiting for ShareLock on transaction {int} after {float} ms
process {int} acquired ShareLock on transaction {int} after {float} ms
password authentication failed for user "{user}"
no pg_hba.conf entry for host "{ip}", user "{user}", database "{noun}", SSL off
redo starts at {lsn}
redo done at {lsn} system usage: CPU: user: {float} s
consistent recovery state reached at {lsn}
started streaming WAL from primary at {lsn} on timeline {small}
server process (PID {int}) was terminated by signal {small}: Killed
terminating connection because of crash of another server process
database system is ready to accept connections
database system was interrupted; last known up at {date}
{small} changes in {int} seconds. Saving...
Background saving started by pid {int}
DB saved on disk
RDB: {int} MB of memory used by copy-on-write
Accepted {ipport}
Client closed connection id={int} addr={ipport} fd={int} name={maybe} age={int} db={small}
MASTER <-> REPLICA sync: receiving {int} bytes from master to disk
Aborted connection {int} to db: '{noun}' user: '{user}' host: '{ip}' ({title})
InnoDB: page_cleaner: 1000ms intended loop took {int}ms. The settings might not be optimal.
InnoDB: Buffer pool(s) load completed at {date}
Table './{noun}/{noun}' is marked as crashed and should be repaired
[{noun}][{small}] primary-replica resync completed with {int} operations
[{host}] high disk watermark [{pct}] exceeded on [{token}][{host}][{path}] free: {size}[{pct}], shards will be relocated away from this node
[{noun}] creating index, cause [{state}], templates [{nouns}], shards [{small}]/[{small}]
slow query: {sql} took {duration}[[ on shard {small}]]
`;
