import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type MinerState, TemplateMiner } from "../../supabase/functions/_shared/signals/templates/miner.ts";
import { scanLine } from "../../supabase/functions/_shared/signals/templates/scan.ts";

const NAMES = "ada brook cleo dario edith farid grace hugo ines jonas".split(" ");

/** Lines of a made-up service: values by form, values by comparison, and constants that look like values. */
function serviceLines(): string[] {
  const lines: string[] = [];
  for (let i = 0; i < 200; i++) {
    const name = NAMES[i % NAMES.length];
    lines.push(`request ${i} from 10.0.${i % 9}.${i % 250}:${4000 + i} took ${i * 3} ms`);
    lines.push(`login of ${name} accepted on port ${2000 + i}`);
    lines.push(`login of ${name} denied on port ${2000 + i}`);
    if (i % 2 === 0) lines.push(`cache ${i % 4 === 0 ? "hit" : "miss"} for key item:${i}`);
    if (i % 3 === 0) {
      lines.push(`worker ${i} changed state from ${["IDLE", "BUSY", "DRAINING"][i % 3]} to STOPPED`);
    }
    if (i % 5 === 0) {
      lines.push(`copied ${i} bytes${i % 10 === 0 ? ` (${i}.5 KB)` : ""} to /var/data/${name}/file${i}.bin`);
    }
  }
  return lines;
}

function mine(
  lines: readonly string[],
  miner = new TemplateMiner(),
): { miner: TemplateMiner; clusters: number[] } {
  const ids = lines.map((line) => miner.add(line));
  return { miner, clusters: ids.map((id) => miner.templateOf(id)) };
}

/** Which lines are together, independent of ids. */
function partition(lines: readonly string[], clusters: readonly number[]): string[] {
  const members = new Map<number, Set<string>>();
  lines.forEach((line, index) => {
    const set = members.get(clusters[index]!) ??
      members.set(clusters[index]!, new Set()).get(clusters[index]!)!;
    set.add(line);
  });
  return [...members.values()].map((set) => [...set].sort().join("\n")).sort();
}

describe("the template miner", () => {
  it("finds the statements behind the lines", () => {
    const { miner } = mine(serviceLines());
    expect(miner.templates().map((template) => template.text).sort()).toEqual([
      "cache hit for key item:<*>",
      "cache miss for key item:<*>",
      "copied <*> bytes<*>to <*>",
      "login of <*> accepted on port <*>",
      "login of <*> denied on port <*>",
      "request <*> from <*> took <*> ms",
      "worker <*> changed state from IDLE to STOPPED",
    ]);
    expect(miner.templates().reduce((sum, template) => sum + template.count, 0)).toBe(serviceLines().length);
  });

  it("gives the same clusters whatever the order of the lines", () => {
    const lines = serviceLines();
    const expected = partition(lines, mine(lines).clusters);
    fc.assert(
      fc.property(
        fc.shuffledSubarray(lines, { minLength: lines.length, maxLength: lines.length }),
        (shuffled) => {
          expect(partition(shuffled, mine(shuffled).clusters)).toEqual(expected);
        },
      ),
      { numRuns: 10 },
    );
  });

  it("keeps words apart that are few, and opens them when they become many", () => {
    const few = NAMES.slice(0, 2).map((name) => `mount of volume ${name} finished`);
    expect(new Set(mine(few).clusters).size).toBe(2);
    const many = NAMES.map((name) => `mount of volume ${name} finished`);
    expect(new Set(mine(many).clusters).size).toBe(1);
  });

  it("takes constants in capitals for one enumeration earlier than words, and the first word for text longer", () => {
    const clustersOf = (words: string) =>
      new Set(mine(words.split(" ").map((word) => `job moved on to ${word} at last`)).clusters).size;
    expect(clustersOf("NEW READY")).toBe(2);
    expect(clustersOf("NEW READY RUNNING")).toBe(1);
    expect(clustersOf("new ready running")).toBe(3);
    const services = NAMES.slice(0, 8).map((name) => `${name} service started up`);
    expect(new Set(mine(services).clusters).size).toBe(8);
  });

  it("takes values of any number of words for one, where all around is equal", () => {
    const titles = ["Night", "Night Shift", "Early Morning Call", "Day", "Late Day Out", "Noon"];
    const { miner, clusters } = mine(titles.map((title) => `playlist ${title} was played by request`));
    expect(new Set(clusters).size).toBe(1);
    expect(miner.templates().map((template) => template.text)).toEqual([
      "playlist <*> was played by request",
    ]);
    // A rare one, with values never seen before at two places.
    const lines = titles.flatMap((title) =>
      NAMES.slice(0, 6).map((name) => `${title}: liked by ${name} at noon`)
    );
    expect(new Set(mine([...lines, "A Long Way Home: liked by zora at noon"]).clusters).size).toBe(1);
  });

  it("takes what other programs say after a colon for a value, when it is much", () => {
    const texts = ["no route to host", "permission denied", "timed out", "broken pipe", "it is a directory"];
    expect(new Set(mine(texts.map((text) => `cannot open store: ${text}`)).clusters).size).toBe(1);
    expect(new Set(mine(texts.slice(0, 3).map((text) => `cannot open store: ${text}`)).clusters).size).toBe(
      3,
    );
  });

  it("does not take all statements with one label for one, nor texts that follow several statements for statements", () => {
    const statements = [
      "disk is nearly full",
      "clock was set back",
      "cache could not be read",
      "quota is used up",
    ]
      .concat(["no peer answers", "table has no key", "two hosts share a name", "index is out of date"]);
    expect(new Set(mine(statements.map((text) => `agent: warning: ${text}`)).clusters).size).toBe(8);
    const texts = ["no route to host", "permission denied", "timed out", "broken pipe", "it is a directory"];
    const lines = ["agent: read", "store: write", "proxy: dial"].flatMap((label) =>
      texts.map((text) => `${label}: ${text}`)
    );
    expect(new Set(mine(lines).clusters).size).toBe(3);
  });

  it("keeps verbs apart, where English and HTTP put them", () => {
    const verbs = "open close read write move lock seal drop".split(" ");
    expect(new Set(mine(verbs.map((verb) => `failed to ${verb} the file`)).clusters).size).toBe(verbs.length);
    expect(new Set(mine(verbs.map((verb) => `could not ${verb} the file`)).clusters).size).toBe(verbs.length);
    const methods = "GET POST PUT DELETE PATCH".split(" ");
    expect(new Set(mine(methods.map((method) => `${method} /orders/7 took 3 ms`)).clusters).size).toBe(5);
    const places = verbs.map((word) => `moved to ${word} and stayed there`);
    expect(new Set(mine(places).clusters).size).toBe(1);
  });

  it("pools what was seen in exchange for each other over several lines", () => {
    const pairs = [["ada", "brook"], ["brook", "cleo"], ["cleo", "dario"], ["dario", "edith"], [
      "edith",
      "ada",
    ]];
    const lines = pairs.flatMap((pair, i) =>
      pair.map((name) => `shift of ${name} in hall ${"vwxyz"[i]} begins`)
    );
    expect(new Set(mine(lines).clusters).size).toBeLessThanOrEqual(pairs.length);
  });

  it("opens few words where they are interchangeable in several statements", () => {
    const lines = ["ada", "brook", "cleo"].flatMap((
      name,
    ) => [`session of user ${name} begins`, `user ${name} has left`]);
    expect(new Set(mine(lines).clusters).size).toBe(2);
  });

  it("opens two places that change together", () => {
    const lines = NAMES.map((name, i) =>
      `handler ${name} serves topic ${NAMES[(i + 3) % NAMES.length]}s in order`
    );
    expect(mine(lines).miner.templates().map((template) => template.text)).toEqual([
      "handler <*> serves topic <*> in order",
    ]);
  });

  it("goes on from its state as if it had never stopped", () => {
    const lines = serviceLines();
    const whole = mine(lines);
    const first = new TemplateMiner();
    const ids = lines.slice(0, 300).map((line) => first.add(line));
    const state: MinerState = JSON.parse(JSON.stringify(first));
    const second = new TemplateMiner(state);
    for (const line of lines.slice(300)) ids.push(second.add(line));
    expect(ids.map((id) => second.templateOf(id))).toEqual(whole.clusters);
    expect(second.templates()).toEqual(whole.miner.templates());
    expect(second.lineCount).toBe(lines.length);
  });

  it("stays within its bound under lines that are all different, and still knows the frequent ones", () => {
    const miner = new TemplateMiner(null, { maxShapes: 200 });
    let seed = 1;
    const word = () => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return String.fromCharCode(...Array.from({ length: 7 }, (_, i) => 97 + ((seed >>> (i * 4)) % 26)));
    };
    let frequent = 0;
    let largest = 0;
    for (let i = 0; i < 12_000; i++) {
      miner.add(`${word()} ${word()} happened ${word()}`);
      if (i % 3 === 0) frequent = miner.add(`heartbeat of node ${i} is fine`);
      largest = Math.max(largest, miner.shapeCount);
    }
    expect(largest).toBeLessThanOrEqual(200);
    expect(JSON.stringify(miner).length).toBeLessThan(1_000_000);
    const template = miner.templates().find((one) => one.id === miner.templateOf(frequent));
    expect(template).toMatchObject({ text: "heartbeat of node <*> is fine", count: 4_000 });
  });

  it("keeps ids valid when it folds shapes", () => {
    const miner = new TemplateMiner(null, { maxShapes: 64 });
    const ids = Array.from(
      { length: 200 },
      (_, i) =>
        miner.add(
          `user ${"abcdefghij"[i % 10]}${"klmnopqrst"[Math.floor(i / 10) % 10]}${
            "uv"[i % 2]
          } logged in from home`,
        ),
    );
    expect(new Set(ids.map((id) => miner.templateOf(id))).size).toBe(1);
    expect(miner.templates()).toHaveLength(1);
    expect(miner.templates()[0]!.count).toBe(200);
  });

  it("takes any text, and needs linear time for hostile ones", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary", maxLength: 80 }), { maxLength: 15 }), (lines) => {
        const { miner, clusters } = mine(lines);
        expect(clusters).toHaveLength(lines.length);
        expect(miner.templates().reduce((sum, template) => sum + template.count, 0)).toBe(lines.length);
      }),
    );
    for (const piece of ["(", "()", "[1", "a:", "1:", ".", "on ", "Jan ", "-[1]", "a b "]) {
      const started = performance.now();
      const miner = new TemplateMiner();
      for (let i = 0; i < 50; i++) miner.add(piece.repeat(50_000) + i);
      miner.templates();
      expect([piece, performance.now() - started < 1_500]).toEqual([piece, true]);
    }
  });
});

describe("the scanner", () => {
  it.each([
    [
      "visit from 192.0.2.7 (cable-7-2.example.net) on Tue Feb 20 22:16:36 2024",
      "visit from <*> on <*>",
    ],
    ["peer 00:1B:44:11:3A:B7 and fe80::1ff:fe23:4567:890a joined", "peer <*> and <*> joined"],
    ["read ./data/in.csv, ~/x and C:\\logs\\a.txt", "read <*> and <*>"],
    ["gate.corp.example.com:5070 answers, age <1 sec", "<*> answers , age <*>"],
    ["weights ( 12 **** 15 )", "weights"],
    ["ran app_init() in 5 ms", "ran app_init in <*>"],
    ["retries......0", "retries .. <*>"],
    ["status ( on off )", "status"],
    ["read/write head is on.", "read/write head is on ."],
    ["hosts rack-[4-6] are up", "hosts <*> are up"],
    ["states node-1 0x1f <ok> node-2 0x2f <ok> node-3 0x3f <ok> seen", "states <*> < ok > seen"],
    ["alarm a 1, alarm a 2, alarm a 3, raised", "alarm a <*> , raised"],
    ["r1=0x1 r2=0x2", "<*> = <*> = <*>"],
    ["*** note [cart.c(12)]:", "*** note [ cart.c ] :"],
    ["role=owner id=0", "role = owner id = <*>"],
    ["GET https://shop.example/a?b=1,2 (see http://docs.example/x).", "GET <*> ( see <*> ) ."],
    ["tcp 10.0.0.1:80->10.0.0.2:90 reset", "tcp <*> -> <*> reset"],
    ["logname= uid=0 rhost= user=ada", "logname = <*> uid = <*> rhost = <*> user = ada"],
    ["=== part two ===", "= = = part two = = ="],
    ["visible=true cached=no left=none", "visible = <*> cached = <*> left = none"],
    [
      "zone \"mail\" of 'ada' and `x', it's \"two words\"",
      `zone " <*> " of ' <*> ' and \` <*> ' , it's " two words "`,
    ],
    ['saved {"id": 7, "tags": ["a}b"]} today', "saved <*> today"],
    [
      '{"level":"info","msg":"job done","id":7}',
      `{ " level " : " <*> " , " msg " : " job done " , " id " : <*> }`,
    ],
    ["ports 80, 443, 8080 open", "ports <*> open"],
    ["user (null) of <none> can't log in", "user <*> of <*> can't log in"],
    ["device 0000:03:00.1 is up", "device <*> is up"],
  ])("%s", (line, tokens) => expect(scanLine(line).tokens.join(" ")).toBe(tokens));
});
