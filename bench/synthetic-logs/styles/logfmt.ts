/** Keys and values, as logfmt and structured loggers print them. */
export const LOGFMT = String.raw`
level={level} msg="request completed" method={method} path={route} status={status} duration={duration}
level={level} msg="user logged in" user={user} ip={ip} mfa={flag}
level=error msg="payment declined" order={int} reason="{reason}" retry={flag}
level=info msg="cache warmed" keys={int} took={duration} region={fewnouns}
level=info msg="cache flushed" keys={int} took={duration}
ts={date} caller={file}:{int} level={level} component={service} msg="compaction finished" blocks={int}
ts={date} caller={file}:{int} level={level} component={service} msg="head GC completed" duration={duration}
at=info method={method} path="{route}" host={domain} request_id={uuid} fwd="{ip}" dyno={glued} status={status} bytes={int}
at=error code=H{small} desc="Request timeout" method={method} path="{route}" host={domain}
source={glued} sample#memory_total={size} sample#load_avg_1m={float}
event=signup plan={fewnouns} referrer={maybe} country={small}
event=logout user={user} session={id}
event=purchase user={user} amount={float} currency={fewnouns} items={ints}
type=SYSCALL audit({float}:{int}): arch={hex} syscall={int} success={onoff} exit={signed} pid={int} uid={int} comm="{noun}" exe="{path}"
type=USER_LOGIN audit({float}:{int}): pid={int} uid={int} acct="{user}" hostname={domain} addr={ip} res={state}
action={state} src={ip} dst={ip} proto=TCP spt={port} dpt={port} len={int}
action=drop in={glued} out= mac={mac} src={ip} dst={ip} ttl={int}
job={noun} state={state} attempt={small} worker={host}
job={noun} finished rows={int}[[ warnings={int}]]
component={class} visible={flag} width={int} height={int} focus={maybe}
setting {noun}={int} (was {int})
setting {noun}={flag} (was {flag})
queue={noun} depth={int} oldest={duration} consumers={small}
probe target={url} ok={flag} latency={duration}
lock owner={thread} name={class} wait={duration}
billing: plan={fewnouns}, seats={int}, trial={flag}, renews={date}
upgrade from={version} to={version} host={host} forced={flag}
config reloaded file={path} changed={nouns}
key={token} scope={fewnouns} expires={epoch}
metrics: cpu={pct} mem={pct} disk={pct} net={size}
`;
