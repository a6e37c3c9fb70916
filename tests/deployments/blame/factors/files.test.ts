import { describe, expect, it } from "vitest";
import { files, matchFiles } from "../../../../supabase/functions/_shared/deployments/blame/factors/files.ts";
import { cause, change, favour, guilty, scene } from "../scene.ts";

const FRAMES = ["src/shop/cart/total.ts", "src/shop/routes/index.ts"];

describe("files against stack frames", () => {
  it("finds the culprit's file under whatever prefix a bundler or a container gives it", () => {
    for (
      const frame of ["webpack://_N_E/./src/cart.ts", "/var/task/src/cart.ts", "file:///app/src/cart.ts?v=2"]
    ) {
      expect(matchFiles(["src/cart.ts"], [frame, "src/other.ts"])).toBe("culprit");
    }
  });

  it("tells a file further up the stack and a neighbour in the culprit's folder from the culprit", () => {
    expect(matchFiles(["src/shop/routes/index.ts"], FRAMES)).toBe("stack");
    expect(matchFiles(["src/shop/cart/tax.ts"], FRAMES)).toBe("folder");
    expect(matchFiles(["src/shop/mail/send.ts"], FRAMES)).toBe("none");
  });

  it("does not take a file for another one whose name merely ends alike", () => {
    expect(matchFiles(["art.ts"], ["src/cart.ts"])).not.toBe("culprit");
  });

  it("favours the change that touched the failing file over one that did not", () => {
    const guiltyOne = change({ files: [FRAMES[0]!] });
    const innocent = change({ id: "c2", files: ["src/shop/mail/send.ts"] });
    const given = scene({ frames: FRAMES }, [guiltyOne, innocent]);
    expect(favour(files, given, guilty(guiltyOne), guilty(innocent))).toBeGreaterThan(2);
    expect(favour(files, given, guilty(guiltyOne), cause("organic"))).toBeGreaterThan(1);
  });

  it("makes less of a match with a change that touched nearly everything", () => {
    const small = change({ files: [FRAMES[0]!] });
    const large = change({
      id: "c2",
      files: [FRAMES[0]!, ...Array.from({ length: 200 }, (_, i) => `src/shop/f${i}.ts`)],
    });
    const given = scene({ frames: FRAMES }, [small, large]);
    expect(favour(files, given, guilty(small), guilty(large))).toBeGreaterThan(1);
  });

  it("says nothing without a stack, and nothing of a change whose files nobody knows", () => {
    const known = change({ files: ["src/a.ts"] });
    expect(favour(files, scene({ frames: [] }, [known]), guilty(known), cause("external"))).toBe(0);
    const unknown = change({ files: null });
    expect(favour(files, scene({ frames: FRAMES }, [unknown]), guilty(unknown), cause("external"))).toBe(0);
  });
});
