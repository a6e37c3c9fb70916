/** Virtual machines, containers, networks, as cloud platforms print them. */
export const CLOUD_PLATFORM = String.raw`
Port {uuid} updated. Details: {json}
agent {service} on {host} is {state}
Security group {title} removed from {dashed}
volume {uuid}: created successfully
volume {uuid}: attach failed: {reason}
Lambda {service} START RequestId: {uuid} Version: {version}
REPORT RequestId: {uuid} Duration: {float} ms Billed Duration: {int} ms Memory Size: {int} MB Max Memory Used: {int} MB
END RequestId: {uuid}
Task timed out after {float} seconds
time="{date}" level={level} msg="shim reaped" id={sha}
container {id} failed to exit within {int} seconds of signal {small} - using the force
ignoring event module={service} topic=/tasks/delete
ipvs: added backend {ipport} to service {ipport} weight {small}
BGP peer {ip} (AS {int}) changed state from {state} to {state}
%LINEPROTO-5-UPDOWN: Line protocol on Interface {glued}, changed state to {state}
%SYS-5-CONFIG_I: Configured from console by {user} on vty{small} ({ip})
%ASA-{small}-{int}: Teardown TCP connection {int} for outside:{ip}/{port} to inside:{ip}/{port} duration {clock} bytes {int} TCP FINs
Deny tcp src outside:{ip}/{port} dst inside:{ip}/{port} by access-group "{noun}"
policy {title} denied {method} on {route} for principal {email}
autoscaler: {service} {int} -> {int} because {fewnouns} above target
droplet {int} ({host}) created in {fewnouns}
scaling group {service}: desired {int}, running {int}
bucket {noun}: lifecycle removed {int} objects older than {int} days
object {path} replicated to {fewnouns} in {duration}
router {id}: NAT gateway {ip} attached[[ by {user}]]
quota of project {uuid} exceeded: {fewnouns} {int}/{int}
dns: record {domain} {state} -> {ip}
token for {email} issued, expires {date}
snapshot {uuid} of volume {uuid} {state}
tf: {noun}.{noun}: Creation complete after {duration} [id={token}]
tf: {noun}.{noun}: Still creating... [{duration} elapsed]
migration of vm {int} to {host}: {pct} done
`;
