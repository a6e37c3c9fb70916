import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run as grouping } from "../../bench/grouping.ts";
import { comparableTemplate, groupingAccuracy } from "../../bench/grouping/accuracy.ts";
import { labelledLines, parseCsv, setName } from "../../bench/grouping/csv.ts";
import { run as stacktraces } from "../../bench/stacktraces.ts";

const BENCH = new URL("../../bench/main.ts", import.meta.url).pathname;
let folder = "";

async function bench(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", BENCH, ...args],
  }).output();
  return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
}

beforeAll(async () => {
  folder = await Deno.makeTempDir();
  const lines = Array.from(
    { length: 20 },
    (_, i) => `${i},"job ${i}, queue ""red"" done",E1,"job <*>, queue ""red"" done"`,
  );
  await Deno.writeTextFile(
    `${folder}/Own_2k.log_structured.csv`,
    `LineId,Content,EventId,EventTemplate\r\n${lines.join("\r\n")}\r\n99,idle,E2,idle\r\n`,
  );
  await Deno.writeTextFile(
    `${folder}/own_cases.json`,
    JSON.stringify([
      {
        name: "right",
        stack: "Error\n    at f (/a.js:1:2)",
        expected_frames_top_first: [{ methodName: "f", file: "/a.js", lineNumber: 1, column: 2 }],
        length_check: 1,
      },
      {
        name: "wrong line",
        stack: "Error\n    at f (/a.js:1:2)",
        expected_frames_top_first: [{ methodName: "f", file: "/a.js", lineNumber: 7, column: 2 }],
      },
      {
        name: "one too many",
        stack: "Error\n    at f (/a.js:1:2)\n    at g (/a.js:3:4)",
        expected_frames_top_first: [{ methodName: "f" }],
      },
      { name: "nothing expected", line: "no frame at all", expected_frame: null },
    ]),
  );
});
afterAll(() => Deno.remove(folder, { recursive: true }));

describe("the bench runner", () => {
  it("lists the benches, names unknown ones as errors and explains missing arguments", async () => {
    const help = await bench("--help");
    expect(help.code).toBe(0);
    expect(help.out).toContain("grouping");
    expect(help.out).toContain("stacktraces");
    const unknown = await bench("no-such-bench");
    expect(unknown.code).toBe(2);
    expect(unknown.err).toContain('There is no bench "no-such-bench"');
    const missing = await bench("grouping");
    expect(missing.code).toBe(1);
    expect(missing.err).toContain("--data <folder>");
  });

  it("prints one JSON object, or a table", async () => {
    const json = JSON.parse((await bench("stacktraces", "--data", folder, "--json")).out);
    expect(Object.keys(json)).toEqual(["bench", "machine", "results"]);
    expect(json.bench).toBe("stacktraces");
    expect(Object.keys(json.results[0])).toEqual(["case", "frames", "frames_right", "us_per_stack"]);
    expect((await bench("stacktraces", "--data", folder)).out.split("\n")[0]).toMatch(
      /^case\s+frames\s+frames_right\s+us_per_stack$/,
    );
  });
});

describe("the bench of stack traces", () => {
  it("counts wrong, missing and surplus frames", async () => {
    const { results } = await stacktraces(["--data", folder]);
    const right = Object.fromEntries(
      results.map((row) => [String(row.case).replace("own_cases: ", ""), row.frames_right]),
    );
    expect(right).toMatchObject({ "right": 1, "wrong line": 0, "one too many": 0, "nothing expected": 0 });
    expect(results.at(-1)).toMatchObject({ case: "total of 4 cases", frames: 3, frames_right: 1 });
  });
});

describe("the bench of grouping", () => {
  it("measures each set and their mean", async () => {
    const { results } = await grouping(["--data", folder]);
    expect(results.map((row) => row.case)).toEqual(["Own", "mean"]);
    expect(results[0]).toMatchObject({ lines: 21, grouping_accuracy: 1, parsing_accuracy: 1 });
    expect(results[0]!.lines_per_s).toBeGreaterThan(0);
  });

  it("counts a line as right only when its cluster is exactly the true one", () => {
    expect(groupingAccuracy(["a", "a", "b", "b"], [1, 1, 2, 2])).toBe(1);
    expect(groupingAccuracy(["a", "a", "b", "b"], [1, 1, 2, 3])).toBe(0.5);
    expect(groupingAccuracy(["a", "a", "b", "b"], [1, 1, 1, 1])).toBe(0);
  });

  it("compares templates without regard to how variables are cut", () => {
    expect(comparableTemplate("from /<*>:<*>  size <*>")).toBe(comparableTemplate("from <*> size 67"));
    expect(comparableTemplate("open <*> now")).not.toBe(comparableTemplate("shut <*> now"));
  });

  it("reads quoted cells with commas, quotes and line breaks, and quotes inside other cells as text", () => {
    expect(parseCsv('a,b\n"x, ""y""\nz",2\n')).toEqual([["a", "b"], ['x, "y"\nz', "2"]]);
    expect(parseCsv('say "x, y",é\r\n"",\r\n')).toEqual([['say "x', ' y"', "é"], ["", ""]]);
  });

  it("takes the template for the label where there is no other, and measures no templates where there are none", async () => {
    expect(labelledLines("\ufeffContent,EventTemplate\r\na 1,a <*>\r\ncut", "x")).toEqual([
      { content: "a 1", eventId: "a <*>", template: "a <*>" },
    ]);
    expect(() => labelledLines("Content,LineId\na,1\n", "x")).toThrow("neither");
    const sets = await Deno.makeTempDir();
    await Deno.mkdir(`${sets}/Other`);
    await Deno.writeTextFile(
      `${sets}/Other/Other_2k.log_structured_corrected.csv`,
      'Content,EventId\na 1,E1\na 2,E1\n"b\nc",E2\n',
    );
    const { results } = await grouping(["--data", sets]);
    await Deno.remove(sets, { recursive: true });
    expect(results.map((row) => row.case)).toEqual(["Other", "mean"]);
    expect(results[0]).toMatchObject({ lines: 3, grouping_accuracy: 1, parsing_accuracy: null });
    expect(results[1]).toMatchObject({ grouping_accuracy: 1, parsing_accuracy: null });
    expect(setName("x/Own_16k.log_structured.csv")).toBe("Own");
  });
});
