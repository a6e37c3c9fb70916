/** The `EdgeRuntime` global that hosted functions use to finish work after they have answered. */
export interface Background {
  /** Waits until everything handed to `EdgeRuntime.waitUntil` has settled. */
  settled(): Promise<void>;
  remove(): void;
}

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
    async settled() {
      while (running.size > 0) await Promise.allSettled([...running]);
    },
    remove() {
      globalThis.removeEventListener("unhandledrejection", onRejection);
      Reflect.deleteProperty(globalThis, "EdgeRuntime");
    },
  };
}
