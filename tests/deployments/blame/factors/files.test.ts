import { describe, expect, it } from "vitest";
import {
  bareName,
  files,
  matchStack,
} from "../../../../supabase/functions/_shared/deployments/blame/factors/files.ts";
import { cause, change, favour, frame, guilty, scene } from "../scene.ts";

const FRAMES = [frame("src/shop/cart/total.ts", "addTax"), frame("src/shop/routes/index.ts", "POST")];

const match = (paths: string[], frames = FRAMES) => matchStack({ files: paths, touched: null }, frames).files;

/** A change of the culprit's file that touched these functions of it. */
const touching = (names: string[], more: { id?: string; all?: boolean } = {}) =>
  change({
    id: more.id ?? "c1",
    files: [FRAMES[0]!.file],
    touched: { functions: { [FRAMES[0]!.file]: { names, all: more.all ?? true } }, words: [] },
  });

describe("files against stack frames", () => {
  it("finds the culprit's file under whatever prefix a bundler or a container gives it", () => {
    for (
      const path of ["webpack://_N_E/./src/cart.ts", "/var/task/src/cart.ts", "file:///app/src/cart.ts?v=2"]
    ) {
      expect(match(["src/cart.ts"], [frame(path), frame("src/other.ts")])).toBe("culprit");
    }
  });

  it("tells a file further up the stack and a neighbour in the culprit's folder from the culprit", () => {
    expect(match(["src/shop/routes/index.ts"])).toBe("stack");
    expect(match(["src/shop/cart/tax.ts"])).toBe("folder");
    expect(match(["src/shop/mail/send.ts"])).toBe("none");
  });

  it("finds the files of an edge function below the folder in which the runtime unpacks it", () => {
    const at = (
      path: string,
    ) => [frame(`file:///var/tmp/sb-compile-edge-runtime/${path}`), frame("src/other.ts")];
    expect(match(["checkout/index.ts"], at("checkout/index.ts"))).toBe("culprit");
    expect(match(["checkout/index.ts"], at("source/index.ts"))).toBe("culprit");
    expect(match(["_shared/tax.ts"], at("source/_shared/tax.ts"))).toBe("culprit");
    expect(match(["checkout/index.ts"], at("source/supabase/functions/checkout/index.ts"))).toBe("culprit");
    expect(match(["checkout/index.ts"], [frame("file:///tmp/user_fn_ref_0b1c_7/source/checkout/index.ts")]))
      .toBe(
        "culprit",
      );
    expect(match(["mailer/index.ts"], at("checkout/index.ts"))).toBe("none");
  });

  it("takes a name without a folder for a file of the service that fails alone", () => {
    const fails = (service: string) => {
      const one = change({ files: ["mailer/index.ts"], service });
      return favour(files, scene({ frames: [frame("index.ts")] }, [one]), guilty(one), cause("organic"));
    };
    expect(fails(scene({}, []).subject.service)).toBeGreaterThan(1);
    expect(fails("elsewhere")).toBeLessThan(0);
  });

  it("does not take a file for another one whose name merely ends alike", () => {
    expect(match(["art.ts"], [frame("src/cart.ts")])).not.toBe("culprit");
  });

  it("favours the change that touched the failing file over one that did not", () => {
    const guiltyOne = change({ files: [FRAMES[0]!.file] });
    const innocent = change({ id: "c2", files: ["src/shop/mail/send.ts"] });
    const given = scene({ frames: FRAMES }, [guiltyOne, innocent]);
    expect(favour(files, given, guilty(guiltyOne), guilty(innocent))).toBeGreaterThan(2);
    expect(favour(files, given, guilty(guiltyOne), cause("organic"))).toBeGreaterThan(1);
  });

  it("makes less of a match with a change that touched nearly everything", () => {
    const small = change({ files: [FRAMES[0]!.file] });
    const large = change({
      id: "c2",
      files: [FRAMES[0]!.file, ...Array.from({ length: 200 }, (_, i) => `src/shop/f${i}.ts`)],
    });
    const given = scene({ frames: FRAMES }, [small, large]);
    expect(favour(files, given, guilty(small), guilty(large))).toBeGreaterThan(1);
  });

  it("favours the change that touched the failing function over one that touched another function of its file", () => {
    const [there, beside, unknown] = [
      touching(["addTax"]),
      touching(["format"], { id: "c2" }),
      change({ id: "c3", files: [FRAMES[0]!.file] }),
    ];
    const given = scene({ frames: FRAMES }, [there, beside, unknown]);
    expect(favour(files, given, guilty(there), guilty(unknown))).toBeGreaterThan(0.5);
    expect(favour(files, given, guilty(unknown), guilty(beside))).toBeGreaterThan(0.5);
    expect(files(given).statement(guilty(there))).toContain("in a function of the stack");
  });

  it("makes less of a function where nearly all of the file was touched", () => {
    const one = touching(["addTax"]);
    const all = touching(["addTax", ...Array.from({ length: 40 }, (_, index) => `f${index}`)], { id: "c2" });
    expect(favour(files, scene({ frames: FRAMES }, [one, all]), guilty(one), guilty(all))).toBeGreaterThan(
      0.5,
    );
  });

  it("holds nothing against a change whose diff does not show to which function every line belongs", () => {
    const partly = touching(["format"], { all: false });
    const unknown = change({ id: "c2", files: [FRAMES[0]!.file] });
    const given = scene({ frames: FRAMES }, [partly, unknown]);
    expect(favour(files, given, guilty(partly), guilty(unknown))).toBe(0);
  });

  it("knows a function under the names that engines give it", () => {
    for (const name of ["addTax", "async addTax", "Cart.addTax", "new addTax", "Object.addTax [as total]"]) {
      expect(bareName(name), name).toBe("addTax");
    }
    for (const name of [null, "", "<anonymous>", "Cart.<computed>", "(anonymous function)"]) {
      expect(bareName(name)).toBeNull();
    }
  });

  it("says nothing without a stack, and nothing of a change whose files nobody knows", () => {
    const known = change({ files: ["src/a.ts"] });
    expect(favour(files, scene({ frames: [] }, [known]), guilty(known), cause("external"))).toBe(0);
    const unknown = change({ files: null });
    expect(favour(files, scene({ frames: FRAMES }, [unknown]), guilty(unknown), cause("external"))).toBe(0);
  });
});
