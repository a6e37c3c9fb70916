/** Java services with slf4j. */
export const JVM = String.raw`
Starting {class} on {host} with PID {int}
Started {class} in {float} seconds (JVM running for {float})
Tomcat started on port(s): {port} (http)
The following profiles are active: {fewnouns}
No active profile set, falling back to default profiles: default
{service} - Pool stats (total={int}, active={int}, idle={int}, waiting={int})
{service} - Connection {object} marked as broken because of SQLSTATE({int}), ErrorCode({small})
{service} - Thread starvation or clock leap detected (housekeeper delta={duration}).
HHH000204: Processing PersistenceUnitInfo [name: {noun}]
Executing prepared SQL statement [{sql}]
Resolved [{exception}]
Request method '{method}' not supported
Failed to load class {fqcn}
Loaded {int} beans in {duration}
Registering beans for JMX exposure on startup
Caught exception while processing {noun} {uuid}: {exception}
Error while invoking {class}.{noun}() for tenant {int}
{class} initialised with capacity {int} and load factor {float}
Completed checkpoint {int} for job {id} ({size} in {duration}).
Triggering checkpoint {int} @ {epoch} for job {id}.
Discovered coordinator {hostport} (id: {int} rack: null) for group {service}
[Consumer clientId={dashed}, groupId={service}] Resetting offset for partition {noun}-{small} to offset {int}.
[Consumer clientId={dashed}, groupId={service}] Successfully joined group with generation {int}
[Producer clientId={dashed}] Error connecting to node {hostport} (id: {small} rack: null)
GC pause ({state}) {size}->{size}({size}), {float} secs
Retrying {class} in {duration} (attempt {small} of {small})
Unable to acquire lock on {path}
Property '{noun}' is deprecated, use '{noun}' instead
Cancelled
{exception}
Flushing memtable for {noun} ({size} on heap, {int} operations)
Node {slaship} has joined the ring
Node {slaship} is now part of the cluster, schema {uuid}
Compacted {int} sstables to [{path}]. {size} to {size} in {duration}
Hinted handoff to {slaship} paused after {int} hints
JobRunr: worker {thread} picked up {class}#{method}[[ after {duration} in queue]]
Rejecting mapping update to [{noun}] as the final mapping would have more than 1 type
Channel {glued} opened by {user}@{domain}
Quartz trigger {noun}.{noun} misfired, next fire at {date}
`;
