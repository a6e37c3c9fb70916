/** Desktop: macOS. */
export const MACOS = String.raw`
Service exited with abnormal code: {int}
Service only ran for {int} seconds. Pushing respawn out by {int} seconds.
Previous shutdown cause: {signed}
-[{class} {noun}:]: unrecognized selector sent to instance {addr}
[{class}] connection interrupted, retrying in {duration}
[{class}] no matching asset found for {url}
Could not signal service com.apple.{service}: {int}: {reason}
assertion failed: {int}A{int}: {file} + {int} [{uuid}]: {hex}
Failed to connect (NSWindow *) outlet from (NSApplication) to ({class}): missing setter or instance variable
Window {addr} ordered front from a non-active application.
Kernel[{small}]: USBF:{int}.{int} IOUSBHostDevice({addr})::resume - retries {small}
battery level {pct}, time remaining {clock}, charging {flag}
{user}: mounted volume {title} at {dir}
Bluetooth: device {mac} battery low ({pct})
SIMPLE backup of {dir} took {duration}, copied {int} items ({size} KB)
Starting manual backup
Backup canceled.
Attempting to mount network destination URL: {url}
No pre-backup thinning needed: {size} requested (including padding), {size} available
store item {int} purchased by {email}: {flag}
Spotlight: indexing {dir} finished, {int} items in {duration}
launch of {fqcn} denied for {user}: not notarised
AirDrop transfer {uuid} {state}
printer {title}: ink at {pct}
iCloud sync of {noun} paused, reason {title}
Display {hex} wakes, resolution {int}x{int}
USB accessory {title} draws {int} mA
Keychain item {noun} unlocked by {service}
Focus mode {title} turned {onoff}
disk{small}s{small}: repaired {int} blocks
`;
