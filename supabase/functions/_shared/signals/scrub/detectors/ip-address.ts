import { type Detector, spansOf, TRAITS } from "../detector.ts";

export const IP = "[ip]";

const OCTET = "(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)";
const IPV4 = new RegExp(`(?<![\\w.])${OCTET}(?:\\.${OCTET}){3}(?![\\w]|\\.\\d)`, "g");
const IPV6_CANDIDATE =
  /(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,8}(?:[0-9A-Fa-f]{1,4}|(?:\d{1,3}\.){3}\d{1,3})?(?![\w:])/g;
const IPV6_GROUPS = 8;

/** IPv4 and IPv6 addresses. Loopback and unspecified addresses name no one, and say much about a fault: they stay. */
export const ipAddress: Detector = {
  name: "ip address",
  needs: TRAITS.dottedDigits | TRAITS.colons,
  find: (text) => [
    ...spansOf(text, IPV6_CANDIDATE, IP, ([candidate]) => isIpv6(candidate) && !isLocalIpv6(candidate)),
    ...spansOf(text, IPV4, IP, (match) => !isTold(match[0], text, match.index)),
  ],
};

function isTold(address: string, text: string, offset: number): boolean {
  if (address.startsWith("127.") || address === "0.0.0.0") return true;
  // `Version=4.0.0.0`, as .NET names assemblies.
  if (/version[=: ]{1,2}$/i.test(text.slice(Math.max(0, offset - 10), offset))) return true;
  // `Chrome/120.0.0.0`: browsers send their version with zeros instead of its minor parts.
  return address.endsWith(".0.0.0") && text[offset - 1] === "/";
}

function isIpv6(candidate: string): boolean {
  if (!/\d/.test(candidate)) return false;
  const halves = candidate.split("::");
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => half === "" ? [] : half.split(":"));
  if (groups.some((group) => group === "")) return false;
  const length = groups.length + (candidate.includes(".") ? 1 : 0);
  return halves.length === 2 ? length > 0 && length < IPV6_GROUPS : length === IPV6_GROUPS;
}

function isLocalIpv6(candidate: string): boolean {
  // `::1:5432` is how some drivers write the loopback address with a port.
  return /^[0:]*:[01](?::\d{2,5})?$/.test(candidate);
}
