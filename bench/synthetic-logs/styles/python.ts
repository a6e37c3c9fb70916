/** Python services with the logging module. */
export const PYTHON = String.raw`
Listening at: {url} ({int})
Booting worker with pid: {int}
Worker exiting (pid: {int})
WORKER TIMEOUT (pid:{int})
Handling signal: {fewnouns}
Using worker: sync
Starting development server at {url}
Watching for file changes with {class}
"{method} {route} HTTP/1.1" {status} {int}
Not Found: {route}
Forbidden (CSRF token missing.): {route}
Bad Request: {route}
Broken pipe from {ip}
Task {service}.{noun}[{uuid}] received
Task {service}.{noun}[{uuid}] succeeded in {duration}: {maybeint}
Task {service}.{noun}[{uuid}] raised unexpected: {exname}({int})
Task {service}.{noun}[{uuid}] retry: Retry in {duration}[[: {exception}]]
Received unregistered task of type '{service}'.
mingle: searching for neighbors
mingle: all alone
consumer: Cannot connect to {url}: {reason}.
Connection pool is full, discarding connection: {domain}. Connection pool size: {int}
Retrying (Retry(total={small}, connect=None, read=None, redirect=None)) after connection broken by '{exname}': {route}
Starting new HTTPS connection ({small}): {domain}:{port}
Loaded credentials from {path}
Skipping user {user}: quota exceeded
Created {int} rows in {noun} [[({duration}) ]]for {email}
epoch {int}/{int} - loss: {float} - acc: {float}
Saving model to {path}
Model {noun} loaded, {int} parameters, device={onoff}
Dropping column {noun} with {pct} missing values
DAG {noun} was changed from {state} to {state}
Marking run <DagRun {noun} @ {date}: manual> {state}
Filling up the DagBag from {path}
Processing {path} took {duration}
unexpected keyword argument '{noun}' for {class}
`;
