import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  maskIdentifiers,
  maskMessage,
  MAX_MASKED_LENGTH,
} from "../../supabase/functions/_shared/signals/templates/mask.ts";
import { looksUnique } from "../../supabase/functions/_shared/signals/templates/unique-id.ts";

describe("masking", () => {
  it.each([
    ["mail to ada.l+news@mail.example.org bounced", "mail to <email> bounced"],
    ["GET https://shop.example/a?b=1 failed", "GET <url> failed"],
    ["cannot reach postgres://u:p@db.example:5432/shop now", "cannot reach <url> now"],
    ["token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-DEF_123 expired", "token <jwt> expired"],
    ["trace 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01 lost", "trace <traceparent> lost"],
    ["job 7C1811ED-E98F-4C9C-A9F9-58C757FF494F died", "job <uuid> died"],
    ["object da39a3ee5e6b4b0d3255bfef95601890afd80709 is missing", "object <sha1> is missing"],
    ["etag d41d8cd98f00b204e9800998ecf8427e differs", "etag <md5> differs"],
    ["from 10.0.0.17 to fe80::1ff:fe23:4567:890a refused", "from <ip> to <ip> refused"],
    ["device 00:1B:44:11:3A:B7 is gone", "device <mac> is gone"],
    ["host db-1.eu.example.com is down", "host <hostname> is down"],
    [
      "ENOENT: no such file or directory, open '/tmp/x1/report.pdf'",
      "ENOENT: no such file or directory, open '<path>'",
    ],
    ["cannot write C:\\Users\\ada\\out.log", "cannot write <path>"],
    ["took 1.5s, then 300 ms, then 2h5m", "took <duration>, then <duration>, then <duration>"],
    ["needs 12.5 MB of 300KiB", "needs <size> of <size>"],
    ["at 0xDEADBEEF in block 9af8c3b0", "at <hex> in block <hex>"],
    ["ratio -0.25 of 3", "ratio <float> of <int>"],
    ["1,234,567 rows", "<int> rows"],
    ["user_4711 and order48151 vanished", "user_<int> and order<int> vanished"],
    ["retry=true name='x y'", "retry=<bool> name=<quoted_str>"],
    ['failed with {"id": 7, "tags": ["a}b"]} today', "failed with <json> today"],
    ["cut {'id': 7, 'tags': [", "cut <json>"],
    ["key req_8fHs72hdK29skQ is used", "key <uniq_id> is used"],
    ["body iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ+/8= is no text", "body <base64> is no text"],
    ["(see https://a.example/b.), ok", "(see <url>), ok"],
    ["ws://a.example:80/x and ftp://a.example/y", "<url> and <url>"],
    ["[::1]:5432 and [fe80::1%eth0]:80 and 10.0.0.1:8080", "[<ip>]:<int> and [<ip>]:<int> and <ip>:<int>"],
    ["net 2001:db8::/32 or 192.168.0.0/16", "net <ip>/<int> or <ip>/<int>"],
    [
      "sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 differs",
      "sha256 <hex> differs",
    ],
    ["commit a93c7d2 and 507f1f77bcf86cd799439011", "commit <hex> and <hex>"],
    ["device 00-1B-44-11-3A-B7 is gone", "device <mac> is gone"],
    ["api.example.com:443 timed out", "<hostname>:<int> timed out"],
    ["near 1e10 and -1.5e-7 of 0.5", "near <float> and <float> of <float>"],
    ["12kB of 1.5GiB at 300 KB/s", "<size> of <size> at <size>/s"],
    ["1m30s, 1h2m3.5s, 250µs, 15ns, 2 days", "<duration>, <duration>, <duration>, <duration>, <duration>"],
    ["\\\\server\\share\\file.txt is locked", "<path> is locked"],
    ["at /srv/app/index.js:10:5", "at <path>:<int>:<int>"],
    ["shop.Cart@1b2c3d4 is closed", "shop.Cart@<hex> is closed"],
    ["<Cart object at 0x7f1e8c01a000>", "<Cart object at <hex>>"],
    ["pod web-7d4b9c6f5-x2x9z restarted", "pod web-<uniq_id> restarted"],
    ["ids [1, 2, 3] and [4] of [0.5,0.7]", "ids [<int>] and [<int>] of [<float>]"],
    ["trace 1-67891233-abcdef012345678912345678 lost", "trace <uniq_id> lost"],
    [
      "{7C1811ED-E98F-4C9C-A9F9-58C757FF494F} urn:uuid:7c1811ed-e98f-4c9c-a9f9-58c757ff494f",
      "{<uuid>} urn:uuid:<uuid>",
    ],
    ["User(id=42, name='Ada', ok=True)", "User(id=<int>, name=<quoted_str>, ok=<bool>)"],
  ])("%s", (message, masked) => expect(maskMessage(message)).toBe(masked));

  it.each([
    "2024-02-20T22:16:36.123+01:00",
    "2024-02-20 22:16:36,123",
    "2024/02/20 22:16",
    "20240220T221636Z",
    "Tue, 20 Feb 2024 22:16:36 GMT",
    "Tuesday, 20-Feb-24 22:16:36 UTC",
    "Tue Feb 20 2024 22:16:36 GMT+0100 (Central European Standard Time)",
    "Tue Feb 20 22:16:36 2024",
    "20/Feb/2024:22:16:36 +0100",
    "Feb 20 22:16:36",
    "Feb 20, 2024",
    "10:16 PM",
    "3:04PM",
    "2006-01-02T15:04:05.999999999Z07:00",
    "2024-02-20 22:16:36.123+00",
    "2024-02-20 22:16:36+05:30",
    "2024-02-20 22:16:36 UTC",
    "20.02.2024 22:16",
    "02/20/2024",
    "Mon Jan  2 15:04:05 MST 2006",
    "Mon Jan 02 15:04:05 -0700 2006",
    "02 Jan 06 15:04 MST",
    "Mon, 02 Jan 2006 15:04:05 -0700",
    "Jan  2 15:04:05.000000",
    "22:16:36.123456",
  ])(
    "takes %s for a date",
    (date) => expect(maskMessage(`since ${date} nothing`)).toBe("since <date> nothing"),
  );

  it.each([
    "Cannot read properties of undefined (reading 'startRTM')",
    'duplicate key value violates unique constraint "users_email_key"',
    "GET /api/orders/items failed",
    "python3 needs sha256 and utf8",
    "v1 and x86_64 and ipv4 and h264 and k8s and i18n and 2fa",
    "deadbeef, defaced facade, cafebabe, added beef",
    "1password abc123 123abc",
    "foo.bar.baz is not a function",
    "com.example.app.MainActivity crashed",
    "SQLSTATE[42S02] and E1234",
    "internationalization of MAX_RETRY_COUNT in some-long-kebab-case-name",
    "wrap-worker-bfsdl-tests",
    "PGRST116 and E11000",
    "application/json is no text/html",
    "getUserByIdFromDatabase is not a function",
    "see README.md",
    "Maybe in March or May",
  ])("leaves '%s' as it is", (message) => expect(maskMessage(message)).toBe(message));

  it("keeps numbers that a word declares to be codes, when asked to", () => {
    const keep = (message: string) => maskMessage(message, { keepCodes: true });
    expect(keep("status code 404 for order 17")).toBe("status code 404 for order <int>");
    expect(keep("HTTP/1.1 500 and code: 23505, errno=111")).toBe(
      "HTTP/<float> 500 and code: 23505, errno=111",
    );
    expect(maskMessage("status code 404")).toBe("status code <int>");
  });

  it("masks only ids in what people wrote to tell errors apart", () => {
    expect(maskIdentifiers("http 404 at /api/v2 for user 12345678 7c1811ed-e98f-4c9c-a9f9-58c757ff494f"))
      .toBe("http 404 at /api/v2 for user <int> <uuid>");
  });

  it("changes nothing the second time", () => {
    const piece = fc.oneof(
      fc.string({ maxLength: 12, unit: "binary-ascii" }),
      fc.constantFrom(
        "7",
        "a=true",
        "10.0.0.1",
        "2024-02-20",
        "user_123",
        '{"a":1}',
        "<int>",
        "0x1f",
        "a@b.co",
        "12:30:01",
        "'x'",
        " ",
        "-",
        "req_8fHs72hdK29skQ",
        "[1, 2]",
        "x@1b2c3d4",
        "-7d4b9c6f5-x2x9z",
        "1e5",
        "00-1B-44-11-3A-B7",
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.boolean(), (pieces, keepCodes) => {
        const once = maskMessage(pieces.join(""), { keepCodes });
        expect(maskMessage(once, { keepCodes })).toBe(once);
      }),
      { numRuns: 500 },
    );
  });

  it("needs time in proportion to the length of hostile messages", () => {
    const pieces = [
      "a.",
      "1.",
      "a@",
      "::",
      "1:",
      "-",
      "=''",
      '{"',
      "http://",
      "/a",
      "0x",
      "aA1",
      "a_1",
      "Jan 1 ",
      "\\",
    ]
      .concat([
        "a-1",
        "b2-",
        "1e",
        "@1",
        "[<int>,",
        "1,",
        "00-",
        "eyJ",
        ".com",
        "1 days",
        "'a",
        "deadbee1",
        "Mon, ",
      ]);
    const best = (text: string) => {
      let least = Infinity;
      for (let run = 0; run < 5; run++) {
        const started = performance.now();
        maskMessage(text);
        least = Math.min(least, performance.now() - started);
      }
      return least;
    };
    const ratios = pieces.map((piece) => {
      const whole = piece.repeat(MAX_MASKED_LENGTH).slice(0, MAX_MASKED_LENGTH);
      best(whole);
      // A quarter of the length: a fourth of the time when linear, a sixteenth when quadratic. Below a noise floor, none.
      return [piece, best(whole) / Math.max(0.25, best(whole.slice(0, MAX_MASKED_LENGTH / 4)))] as const;
    });
    expect(ratios.filter(([, ratio]) => ratio > 10)).toEqual([]);
    expect(maskMessage("a".repeat(100_000)).length).toBeLessThanOrEqual(MAX_MASKED_LENGTH);
  });
});

describe("words that a generator made", () => {
  it("are told from words of people", () => {
    for (
      const id of [
        "Aba64NMEPMmBwi_cPLaGeeK",
        "230b030023ae2822-SJC",
        "s140177518376768_x2",
        "req_8fHs72hdK29skQ",
        "LWRmN2JxMGhwMWprcXg3Zm5",
      ]
    ) {
      expect([id, looksUnique(id)]).toEqual([id, true]);
    }
    for (
      const word of [
        "getElementsByTagName",
        "X509Certificate",
        "undefined",
        "startRTM",
        "Elasticsearch7",
        "x86_64-linux-gnu",
        "users_email_key",
        "application-name",
      ]
    ) {
      expect([word, looksUnique(word)]).toEqual([word, false]);
    }
  });
});
