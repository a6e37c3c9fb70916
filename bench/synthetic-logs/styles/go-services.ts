/** Go services: log, zap, klog. */
export const GO_SERVICES = String.raw`
http: TLS handshake error from {ipport}: EOF
http: TLS handshake error from {ipport}: remote error: tls: bad certificate
http: Server closed
listening on {ip}:{port}
listening on :{port}
dial tcp {ipport}: connect: {reason}
read tcp {ipport}->{ipport}: read: {reason}
lookup {domain} on {ipport}: no such host
context deadline exceeded while calling {service}
grpc: addrConn.createTransport failed to connect to {ipport}. Err: {reason}. Reconnecting...
{"level":"{level}","ts":{epoch},"caller":"{file}:{int}","msg":"request served","status":{status},"elapsed":"{duration}"}
{"level":"info","ts":{epoch},"caller":"{file}:{int}","msg":"starting {service}","version":"{version}"}
{"level":"error","msg":"lease lost","holder":"{host}","error":"{reason}"}
Successfully assigned {noun}/{dashed}-{id} to {host}
Pulling image "{domain}/{service}:{version}"
Successfully pulled image "{domain}/{service}:{version}" in {duration}
Back-off restarting failed container {service} in pod {dashed}-{id}_{noun}({uuid})
Liveness probe failed: HTTP probe failed with statuscode: {status}
Readiness probe failed: Get "{url}": context deadline exceeded
Container {service} failed liveness probe, will be restarted
Scaled up replica set {service}-{id} to {small}
Scaled down replica set {service}-{id} to {small}
Volume "{noun}" (UniqueName: "{path}") detached on node "{host}"
Trace[{int}]: "{method}" url:{route} (total time: {duration}):
apply request took too long, took {duration}, expected {duration}
raft: {id} became follower at term {int}
raft: {id} became candidate at term {int}
raft: {id} received vote from {id} at term {int}
compacted raft log at {int}
saved snapshot at index {int}
{"level":"warn","msg":"slow fdatasync","took":"{duration}","expected-duration":"1s"}
evicting pod {noun}/{dashed}: node is low on {fewnouns}
Setting node {host} unschedulable
GET {route} {status} in {duration}
leader election lost
panic recovered: {reason}
worker {small} drained {int} items[[, {int} left]]
`;
