import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  isLoopbackAddress,
  isPublicAddress,
  parseAddress,
} from "../../supabase/functions/_shared/actions/targets/outbound/address.ts";

function isPublic(text: string): boolean {
  const address = parseAddress(text);
  if (!address) throw new Error(`${text} is no address`);
  return isPublicAddress(address);
}

describe("parseAddress", () => {
  it.each([
    ["127.0.0.1", 0x7f000001],
    ["0x7f.1", 0x7f000001],
    ["0177.0.0.1", 0x7f000001],
    ["2130706433", 0x7f000001],
    ["017700000001", 0x7f000001],
    ["127.1", 0x7f000001],
    ["10.256", 0x0a000100],
    ["169.254.43518", 0xa9fea9fe],
    ["8.8.8.8.", 0x08080808],
  ])("reads %s as inet_aton does", (text, value) => {
    expect(parseAddress(text)).toEqual({ version: 4, value });
  });

  it.each([
    "256.1.1.1",
    "1.2.3.4.5",
    "1..2",
    "",
    "08.1.1.1",
    "example.com",
    "0x",
    "1.2.3.256",
    "4294967296",
    "::g",
    ":::",
    "1:2",
    "1::2::3",
  ])(
    "takes %j for a name",
    (text) => expect(parseAddress(text)).toBeNull(),
  );

  it("reads what the platform's URL parser writes, for every IPv4 address", () => {
    fc.assert(fc.property(fc.nat(0xffffffff), (value) => {
      const written = new URL(`http://${value}/`).hostname;
      expect(parseAddress(written)).toEqual({ version: 4, value });
    }));
  });

  it("reads what the platform's URL parser writes, for every IPv6 address", () => {
    fc.assert(fc.property(fc.array(fc.nat(0xffff), { minLength: 8, maxLength: 8 }), (groups) => {
      const value = groups.reduce((all, group) => (all << 16n) | BigInt(group), 0n);
      const written = new URL(`http://[${groups.map((group) => group.toString(16)).join(":")}]/`).hostname;
      expect(parseAddress(written)).toEqual({ version: 6, value });
    }));
  });
});

describe("isPublicAddress", () => {
  it.each([
    "8.8.8.8",
    "1.1.1.1",
    "99.255.255.255",
    "100.128.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.167.255.255",
    "223.255.255.255",
    "2606:4700::1111",
    "2a00:1450::1",
  ])(
    "lets %s pass",
    (text) => expect(isPublic(text)).toBe(true),
  );

  it.each([
    "192.31.196.1",
    "192.52.193.1",
    "192.88.99.1",
    "192.175.48.1",
    "198.51.100.1",
    "203.0.113.1",
    "2620:4f:8000::1",
    "3fff::1",
    "3fff:fff:ffff::1",
  ])("takes %s, which is set aside for something special, for no public one", (text) => {
    expect(isPublic(text)).toBe(false);
  });

  it("lets no private IPv4 address pass inside any form of IPv6", () => {
    const forms = ["::ffff:", "::", "64:ff9b::", "64:ff9b:1::", "::ffff:0:", "fe80::5efe:"];
    const privates = fc.constantFrom("10.1.2.3", "127.0.0.1", "169.254.169.254", "192.168.0.1", "172.16.0.1");
    fc.assert(fc.property(fc.constantFrom(...forms), privates, (form, inner) => {
      expect(isPublic(form + inner)).toBe(false);
    }));
  });

  it("takes every address of a private range for private", () => {
    const ranges: [number, number][] = [
      [0x0a000000, 8],
      [0x7f000000, 8],
      [0xac100000, 12],
      [0xc0a80000, 16],
      [0xa9fe0000, 16],
      [0x64400000, 10],
      [0xe0000000, 4],
    ];
    fc.assert(fc.property(fc.constantFrom(...ranges), fc.nat(0xffffffff), ([network, bits], host) => {
      const value = network + host % 2 ** (32 - bits);
      expect(isPublicAddress({ version: 4, value })).toBe(false);
    }));
  });
});

describe("isLoopbackAddress", () => {
  it.each([["127.9.9.9", true], ["::1", true], ["::ffff:127.0.0.1", true], ["128.0.0.1", false], [
    "::2",
    false,
  ], ["10.0.0.1", false]])(
    "%s: %s",
    (text, expected) => {
      const address = parseAddress(text);
      expect(address && isLoopbackAddress(address)).toBe(expected);
    },
  );
});
