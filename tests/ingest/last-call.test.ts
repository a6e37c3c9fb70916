import { describe, expect, it } from "vitest";
import { lastCall } from "../../supabase/functions/_shared/signals/calls.ts";

describe("the last outgoing call", () => {
  it("is that of the last breadcrumb of one, whichever SDK wrote it", () => {
    expect(lastCall([
      { category: "fetch", data: { url: "https://a.example/x", status_code: 200 } },
      { type: "http", category: "httplib", data: { url: "https://b.example/x", status_code: 502 } },
      { category: "console", message: "oh" },
    ])).toEqual({ host: "b.example", status: 502, failed: true });
  });

  it("failed when there was no answer, or one of 400 and above", () => {
    const failed = (status: number | null) =>
      lastCall([{ category: "xhr", data: { url: "https://a.example/", status_code: status } }])?.failed;
    expect([null, 0, 429, 304, 399].map(failed)).toEqual([true, true, true, false, false]);
  });

  it("has no host where the address is relative, and is none without an address", () => {
    expect(lastCall([{ category: "fetch", data: { url: "/api/cart", status_code: 500 } }])?.host).toBeNull();
    for (const data of [null, [], "x", { url: 7 }]) {
      expect(lastCall([{ category: "fetch", data }])).toBeNull();
    }
    expect(lastCall([])).toBeNull();
  });
});
