/** An IPv4 or IPv6 address as a number. IPv6 is kept in 128 bits, so that embedded IPv4 addresses can be cut out. */
export type Address = { version: 4; value: number } | { version: 6; value: bigint };

type Range = [network: string, bits: number];

// IANA special-purpose registries (RFC 6890 and successors): what is not globally reachable, and what reaches a
// machine's own network. https://www.iana.org/assignments/iana-ipv4-special-registry
const FORBIDDEN_V4: Range[] = [
  ["0.0.0.0", 8], // this network
  ["10.0.0.0", 8], // private
  ["100.64.0.0", 10], // carrier-grade NAT, and the metadata service of one cloud (100.100.100.200)
  ["127.0.0.0", 8], // loopback
  ["169.254.0.0", 16], // link-local: the metadata services of most clouds
  ["172.16.0.0", 12], // private
  ["192.0.0.0", 24], // IETF protocol assignments, and the metadata service of one cloud (192.0.0.192)
  ["192.0.2.0", 24], // documentation
  ["192.31.196.0", 24], // AS112
  ["192.52.193.0", 24], // AMT
  ["192.88.99.0", 24], // former 6to4 relays
  ["192.168.0.0", 16], // private
  ["192.175.48.0", 24], // AS112
  ["198.18.0.0", 15], // benchmarking
  ["198.51.100.0", 24], // documentation
  ["203.0.113.0", 24], // documentation
  ["224.0.0.0", 4], // multicast
  ["240.0.0.0", 4], // reserved, and broadcast
  ["168.63.129.16", 32], // the host agent that one cloud shows to its machines on a public address
];

// Of IPv6 only global unicast is allowed; these are the special parts of it.
const GLOBAL_UNICAST_V6: Range = ["2000::", 3];
const FORBIDDEN_V6: Range[] = [
  ["2001::", 23], // protocol assignments; Teredo, ORCHID and benchmarking are in it
  ["2001:db8::", 32], // documentation
  ["2002::", 16], // 6to4 carries any IPv4 address, private ones too
  ["2620:4f:8000::", 48], // AS112
  ["3fff::", 20], // documentation
];

/**
 * Reads an address in its usual notation (dotted IPv4; IPv6 with `::`, embedded IPv4 and optional brackets). The odd
 * notations of IPv4 (octal, hexadecimal, one number, fewer than four parts) are understood as well, as `inet_aton` does.
 *
 * @returns null when the text is a name and not an address.
 * @example parseAddress("0x7f.1") // { version: 4, value: 2130706433 }
 */
export function parseAddress(text: string): Address | null {
  const bare = text.startsWith("[") && text.endsWith("]") ? text.slice(1, -1) : text;
  if (bare.includes(":")) {
    const value = parseV6(bare.split("%")[0] ?? "");
    return value === null ? null : { version: 6, value };
  }
  const value = parseV4(bare);
  return value === null ? null : { version: 4, value };
}

/**
 * Whether a packet to this address stays on the public internet. Everything that is private, local, special or
 * carries another address inside is not public.
 */
export function isPublicAddress(address: Address): boolean {
  if (address.version === 4) return !FORBIDDEN_V4.some((range) => inV4(address.value, range));
  return inV6(address.value, GLOBAL_UNICAST_V6) && !FORBIDDEN_V6.some((range) => inV6(address.value, range));
}

/** Whether this address is the machine itself: 127.0.0.0/8, ::1, or the former inside ::ffff:0:0/96. */
export function isLoopbackAddress(address: Address): boolean {
  if (address.version === 4) return inV4(address.value, ["127.0.0.0", 8]);
  return address.value === 1n || inV6(address.value, ["::ffff:127.0.0.0", 104]);
}

function parseV4(text: string): number | null {
  const parts = (text.endsWith(".") ? text.slice(0, -1) : text).split(".");
  if (parts.length < 1 || parts.length > 4) return null;
  const numbers = parts.map(parseNumber);
  let value = 0;
  for (const [index, number] of numbers.entries()) {
    if (number === null) return null;
    // The last part fills all bytes that are left: 127.1 is 127.0.0.1.
    const last = index === numbers.length - 1;
    const bytes = last ? 4 - index : 1;
    if (number >= 256 ** bytes) return null;
    value += number * 256 ** (last ? 0 : 3 - index);
  }
  return value;
}

function parseNumber(text: string): number | null {
  if (/^0x[0-9a-f]{1,8}$/i.test(text)) return parseInt(text, 16);
  if (/^0[0-7]{1,11}$/.test(text)) return parseInt(text, 8);
  // A leading zero means octal, so 08 is no number at all.
  return /^(0|[1-9]\d{0,9})$/.test(text) ? Number(text) : null;
}

function parseV6(text: string): bigint | null {
  const dotted = /^(.*:)(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})$/.exec(text);
  let source = text;
  if (dotted) {
    const v4 = parseV4(dotted[2] ?? "");
    if (v4 === null) return null;
    source = `${dotted[1]}${Math.floor(v4 / 65536).toString(16)}:${(v4 % 65536).toString(16)}`;
  }
  const halves = source.split("::");
  if (halves.length > 2) return null;
  const [head = [], tail = []] = halves.map((half) => half === "" ? [] : half.split(":"));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const groups = [...head, ...Array<string>(halves.length === 2 ? missing : 0).fill("0"), ...tail];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return null;
  return groups.reduce((value, group) => (value << 16n) | BigInt(parseInt(group, 16)), 0n);
}

function inV4(value: number, [network, bits]: Range): boolean {
  const size = 2 ** (32 - bits);
  return Math.floor(value / size) === Math.floor((parseV4(network) ?? 0) / size);
}

function inV6(value: bigint, [network, bits]: Range): boolean {
  const shift = BigInt(128 - bits);
  return value >> shift === (parseV6(network) ?? 0n) >> shift;
}
