/** Reverse proxies and web servers. */
export const WEB_SERVER = String.raw`
{ip} - {maybe} [{date}] "{method} {route} HTTP/1.1" {status} {int}
connect() failed (111: {reason}) while connecting to upstream, client: {ip}, server: {domain}, upstream: "{url}"
upstream timed out (110: Operation timed out) while reading response header from upstream, client: {ip}
open() "{path}" failed (2: No such file or directory)
open() "{path}" failed (13: Permission denied)
client {ip} closed keepalive connection
client intended to send too large body: {int} bytes
an upstream response is buffered to a temporary file {path} while reading upstream
worker process {int} exited on signal {small}
worker process {int} exited with code {small}
start worker process {int}
signal {small} (SIGCHLD) received from {int}
using the "epoll" event method
built by gcc {version}
reopening logs
gracefully shutting down
SSL_do_handshake() failed (SSL: error:{hex}:SSL routines::bad key share) while SSL handshaking, client: {ip}, server: {ip}:{port}
limiting requests, excess: {float} by zone "{fewnouns}", client: {ip}
limiting connections by zone "{fewnouns}", client: {ip}
no live upstreams while connecting to upstream, client: {ip}, server: {domain}
could not build optimal types_hash, you should increase either types_hash_max_size: {int} or types_hash_bucket_size: {small}
server {service}/{host} is DOWN, reason: Layer4 timeout, check duration: {duration}
server {service}/{host} is UP, reason: Layer7 check passed, code: {status}, check duration: {duration}
backend {service} has no server available!
proxy {service} started with {int} connections
health check for {host} [[on port {port} ]]changed from {state} to {state}
cache {fewnouns}: {pct} full, {int} objects evicted
AH{int}: {path} not found or unable to stat
rewrite rule matched "{route}", new location is "{route}"
access forbidden by rule, client: {ip}, request: "{method} {route}"
certificate for {domain} expires in {int} days
PHP Notice: Undefined index {noun} in {path} on line {int}
`;
