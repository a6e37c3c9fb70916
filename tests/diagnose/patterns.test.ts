import { describe, expect, it } from "vitest";
import { CATALOGUE } from "../../supabase/functions/_shared/actions/catalogue.ts";
import { matchConditions, matchPatterns } from "../../supabase/functions/_shared/diagnose/match.ts";
import { PATTERNS } from "../../supabase/functions/_shared/diagnose/patterns/catalogue.ts";
import { eventOfExample } from "../../supabase/functions/_shared/diagnose/patterns/example.ts";
import { patternMatchSchema } from "../../supabase/functions/_shared/diagnose/patterns/pattern.ts";
import { readEvent } from "../../supabase/functions/_shared/diagnose/reading/reading.ts";
import { CATEGORIES, SEVERITIES } from "../../supabase/functions/_shared/diagnose/diagnosis.ts";

const FOLDER = new URL("../../supabase/functions/_shared/diagnose/patterns/", import.meta.url);

describe.each(PATTERNS.map((pattern) => [pattern.slug, pattern] as const))("%s", (slug, pattern) => {
  it.each(pattern.examples.positive.map((example) => [example.message, example] as const))(
    "fits “%s” better than every other pattern does",
    (_, example) => {
      const matches = matchPatterns(eventOfExample(example), PATTERNS, { findings: example.findings });
      expect(matches.map((match) => match.slug)[0], JSON.stringify(matches)).toBe(slug);
    },
  );

  it.each(pattern.examples.negative.map((example) => [example.message, example] as const))(
    "does not fit “%s”",
    (_, example) => {
      const reading = readEvent(eventOfExample(example));
      expect(matchConditions(reading, pattern.match, { findings: example.findings })).toBeNull();
    },
  );

  it("has what every pattern has", () => {
    expect(patternMatchSchema.parse(JSON.parse(JSON.stringify(pattern.match)))).toEqual(pattern.match);
    expect(CATEGORIES).toContain(pattern.category);
    expect(SEVERITIES).toContain(pattern.severity);
    expect(pattern.title.length).toBeLessThanOrEqual(80);
    expect(pattern.explanation.length).toBeGreaterThan(80);
    expect(new URL(pattern.documentationUrl).protocol).toBe("https:");
    expect(pattern.examples.positive.length).toBeGreaterThanOrEqual(2);
    expect(pattern.examples.negative.length).toBeGreaterThanOrEqual(1);
    expect(pattern.actions.length).toBeGreaterThanOrEqual(1);
    expect(new Set(pattern.actions.map(({ action }) => action)).size).toBe(pattern.actions.length);
  });

  it("ranks its actions by priors that history can soon overrule", () => {
    const means = pattern.actions.map(({ prior }) => prior.alpha / (prior.alpha + prior.beta));
    expect(means).toEqual([...means].sort((a, b) => b - a));
    for (const { prior, reason } of pattern.actions) {
      expect(prior.alpha).toBeGreaterThan(0);
      expect(prior.beta).toBeGreaterThanOrEqual(1);
      expect(prior.alpha + prior.beta).toBeLessThanOrEqual(20);
      expect(reason.length).toBeGreaterThan(10);
    }
  });
});

describe("the catalogue", () => {
  it("lists every pattern file, and each under the name of its file", () => {
    const files = [...Deno.readDirSync(FOLDER)]
      .filter((entry) => entry.isDirectory)
      .flatMap(({ name }) =>
        [...Deno.readDirSync(new URL(`${name}/`, FOLDER))].map((file) =>
          `${name}-${file.name.replace(/\.ts$/, "")}`
        )
      );
    expect(PATTERNS.map(({ slug }) => slug).sort()).toEqual(files.sort());
  });

  it("recommends only actions that exist", () => {
    const known = new Set(CATALOGUE.map(({ name }) => name));
    const recommended = new Set(PATTERNS.flatMap(({ actions }) => actions.map(({ action }) => action)));
    expect([...recommended].filter((name) => !known.has(name))).toEqual([]);
  });

  it("leaves damage to data to people", () => {
    const critical = PATTERNS.filter(({ severity }) => severity === "critical").map(({ slug }) => slug);
    expect(critical.sort()).toEqual([
      "postgres-data-corrupted",
      "postgres-index-corrupted",
      "postgres-wraparound-protection",
    ]);
  });
});
