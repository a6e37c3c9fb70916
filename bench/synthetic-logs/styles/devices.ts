/** Devices, games, trading, medicine: terse and odd formats. */
export const DEVICES = String.raw`
temp={float};hum={float};bat={int}
{epoch}|{noun}|{int}|{int}|{float}
{class}_{noun}: rc={signed}
>>> AT+CSQ
<<< +CSQ: {int},{small}
<<< OK
MODEM: registered, home network, operator "{title}"
gps fix lat={float} lon={float} sats={small}
valve {small} opened
valve {small} closed
pump {small} at {pct}, flow {float} l/min
E{int}: sensor {small} out of range
door {noun} opened by {user}
door {noun} closed
order {int} {fewnouns} {int}@{float} filled
order {int} {fewnouns} {int}@{float} rejected: {reason}
35=D|49={noun}|56={fewnouns}|34={int}|11={token}|38={int}|44={float}
tick {int}: {int} players, {int} entities, {float} ms
player {user} joined from {ipport}
player {user} left ({reason})
{user} killed {user} with {noun}
match {uuid} ended, winner {user}, score {int}:{int}
firmware {version} -> {version} [[via {fewnouns} ]]ok
CAN id={hex} dlc={small} data={id}
heartbeat
heart rate {int} bpm, spo2 {pct}
upload of {file} finished, {size}
dropped packet seq={int} from {dashed}
{int}
retrying........{small}
channel {small} gain {signed} dB [{state}]
alarm {glued} raised, severity {level}
alarm {glued} cleared
mqtt: published {int} bytes to {route}
mqtt: subscription to {route} refused
battery {state} at {pct}[[, {duration} left]]
{noun}: {int}~{int}~{int}
ride {int}: distance {float} km, avg {float} km/h, paused {flag}
sync done {int} {int} {small}
read {int} {float} {float}
`;
