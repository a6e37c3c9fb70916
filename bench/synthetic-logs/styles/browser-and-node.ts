/** JavaScript, in browsers and servers, and the tools around it. */
export const BROWSER_AND_NODE = String.raw`
Server listening on {url}
Listening on port {port}
{method} {route} {status} {float} ms - {int}
{method} {route} - - ms - -
(node:{int}) Warning: Accessing non-existent property '{noun}' of module exports inside circular dependency
(node:{int}) [DEP0{int}] DeprecationWarning: {class}() is deprecated.
(node:{int}) MaxListenersExceededWarning: Possible EventEmitter memory leak detected. {int} {noun} listeners added to [{class}].
Cannot read properties of undefined (reading '{noun}')
{noun} is not defined
{noun}.{noun} is not a function
Unexpected token {noun} in JSON at position {int}
ENOENT: no such file or directory, open '{path}'
EACCES: permission denied, mkdir '{dir}'
connect ECONNREFUSED {ipport}
getaddrinfo ENOTFOUND {domain}
Request failed with status code {status}
timeout of {int}ms exceeded
Failed to load resource: the server responded with a status of {status} ({state})
Loading chunk {int} failed. (error: {url})
Refused to connect to '{url}' because it violates the document's Content Security Policy.
[HMR] Updated modules: {path}
webpack {version} compiled successfully in {int} ms
webpack {version} compiled with {int} warnings in {int} ms
npm WARN deprecated {service}@{version}: this package is no longer supported
added {int} packages, and audited {int} packages in {duration}
[{clock}] Starting '{noun}'...
[{clock}] Finished '{noun}' after {duration}
socket {token} connected, transport={fewnouns}
socket {token} disconnected: {state}
Job {int} of queue {noun} failed: {reason}
Job {int} of queue {noun} completed in {duration}
cart {id}: added {title} x{small}, total {float}
feature {service} evaluated to {flag} for user {int}
Rendered {class} in {duration}[[ (cache {state})]]
worker {thread} online
worker {thread} died with code {small}, restarting
session {uuid} expired for {email}
Slow query ({duration}): {sql}
Received {state} from {service}, payload {json}
`;
