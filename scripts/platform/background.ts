/** The `EdgeRuntime` global that hosted functions use to finish work after they have answered. */
export interface Background {
  /** Tells functions that their isolate is about to end, and waits until everything handed to `EdgeRuntime.waitUntil` has settled. */
  end(): Promise<void>;
  remove(): void;
}

/** How long work in the background may take to end when the platform stops, ms. The longest call of a target takes as long. */
const END_MS = 30_000;

export function provideEdgeRuntime(onError: (error: unknown) => void): Background {
  const running = new Set<Promise<unknown>>();
  const waitUntil = <T>(promise: Promise<T>): Promise<T> => {
    const watched: Promise<unknown> = Promise.resolve(promise).catch(onError).finally(() =>
      running.delete(watched)
    );
    running.add(watched);
    return promise;
  };
  // In a function's isolate an unhandled rejection ends that isolate alone; here it must not end the platform.
  const onRejection = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    onError(event.reason);
  };
  Object.assign(globalThis, { EdgeRuntime: { waitUntil } });
  globalThis.addEventListener("unhandledrejection", onRejection);
  return {
    async end() {
      const late = Promise.withResolvers<"late">();
      const timer = setTimeout(() => late.resolve("late"), END_MS);
      while (running.size > 0) {
        globalThis.dispatchEvent(new Event("beforeunload"));
        if (await Promise.race([Promise.allSettled([...running]), late.promise]) === "late") {
          onError(new Error(`${running.size} tasks did not end within ${END_MS / 1000} s and are cut off`));
          break;
        }
      }
      clearTimeout(timer);
    },
    remove() {
      globalThis.removeEventListener("unhandledrejection", onRejection);
      Reflect.deleteProperty(globalThis, "EdgeRuntime");
    },
  };
}
