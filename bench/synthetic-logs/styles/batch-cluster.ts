/** Batch systems, big data and clusters. */
export const BATCH_CLUSTER = String.raw`
Block {block} is under-replicated, {small} of {small} copies on {nouns}
slurmctld: job_complete: JobId={int} WEXITSTATUS {small}
slurmctld: sched: Allocate JobId={int} NodeList={dashed} #CPUs={int} Partition={fewnouns}
slurmctld: error: Nodes {dashed} not responding
slurmctld: node {dashed} returned to service
Fan {small} speed {int} rpm out of range on {dashed}
Temperature sensor {glued} reads {float} C ({state})
node {dashed} is {state}
{dashed}: ECC error corrected at {hex} syndrome {hex}
{dashed}: machine check interrupt (bit={hex}): TLB parity error
PBS: job {int}.{domain} dequeued by {user}@{host}
rank {int} on {host} aborted with exit code {int}
Lustre: {noun}-OST{int}: slow setattr {int}s due to heavy IO load
ganglia: heartbeat from {ip} missing for {duration}[[, marking {state}]]
client {user} has quota {size} of {size} on {dir}
shuffle: fetched {int} outputs from {hostport} in {duration}
scheduler: placed {noun}.{int} on {host} ({int} cores, {size})
replica {small} of partition {noun}-{int} is {state}
ISR of partition {noun}-{int} shrunk from {ints} to {ints}
stage-out of {path} to {url} took {duration}
MPI job {int} started on {int} nodes: {nouns}
checkpoint of rank {int} written to {path} [[in {duration} ]](step {int})
cooling unit {glued} reports {float} C, set point {float}
node {dashed} drained by {user}[[: {reason}]]
power cap of rack {int} lowered to {int} W
switch {host} port {small}/{small}: {state}
region {noun},{id},{epoch} moved from {host} to {host}
split of region {noun} at {hex} {state}
worker {hostport} lost, requeueing {int} tasks
join of {noun} and {noun} spilled {size} to disk
spec {glued}: exit {small}, wall {clock}, cpu {clock}
reservation {token} by {user}: {int} nodes from {date} to {date}
`;
