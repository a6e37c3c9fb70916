/** Mobile: logcat. */
export const ANDROID = String.raw`
START u{small} {act={fqcn} flg={hex} cmp={component}} from uid {int}
Displayed {component}: +{duration}
Killing {int}:{fqcn}/u0a{int} (adj {int}): empty #{int}
Start proc {int}:{fqcn}/u0a{int} for service {component}
Process {fqcn} (pid {int}) has died
Force finishing activity {component}
onCreate: savedInstanceState={maybeint}
onResume called for {class}
onPause called for {class}
isCharging={flag}, level={int}, temperature={int}
onLocationChanged: provider={fewnouns} accuracy={float}
Skipped {int} frames!  The application may be doing too much work on its main thread.
Background concurrent copying GC freed {int}({size}) AllocSpace objects, {int}({size}) LOS objects, {pct} free, {size}/{size}, paused {duration} total {duration}
GC_CONCURRENT freed {size}, {pct} free {size}/{size}, paused {duration}
Permission denied: can't use the camera pid={int}, uid={int}
Unable to start service Intent { cmp={component} } U={small}: not found
Notification key={small}|{fqcn}|{int}|null|{int} posted
Bluetooth state changed: {int} -> {int}
connectToNetwork ssid="{title}" netId={small}
wifi signal level {signed} dBm, link speed {int} Mbps
network {int} validated: {flag}
binder transaction {int} to {int} took {duration}
ConnectivityManager.requestNetwork(uid/pid:{int}/{int}) {noun}
InputDispatcher: channel '{id} {component} (server)' ~ Channel is unrecoverably broken and will be disposed!
Input event injection from pid {int} succeeded
touch action={small} x={float} y={float}
Window{{id} u{small} {component}} is now {state}
Layout took {duration} for {object}
lockscreen: isSecure={flag}, showing={flag}, occluded={flag}
AlarmManager set type={small} triggerAt={epoch} interval={int} {fqcn}
sensor {small} batch rate={int} timeout={int}
E/{class}: {exception}
Keyboard {component} shown={flag} height={int}
Vibrator on for {duration}, reason {noun}
Download {int} of {url} is {state}
Rotation changed: {small} -> {small}, animate={flag}
App standby bucket of {fqcn} set to {int}
Camera {small} {state} by {fqcn}
Alarm {object} dropped, uid {int} is restricted
SIM slot {small}: carrier={title} roaming={flag}
Scan finished, {int} networks, best={title}
Doze: state={state} light={onoff}
`;
