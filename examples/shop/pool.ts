/** All connections are taken, and none came back in time. */
export class PoolExhaustedError extends Error {
  override name = "PoolExhaustedError";
}

interface Waiter {
  resolve(): void;
  timer: ReturnType<typeof setTimeout>;
}

/**
 * Lets so many requests use the database at once. Whoever finds no free place waits, first come first served, and gives up
 * after a while. The size is read at every use, so that a changed setting is in force at once.
 */
export class Pool {
  #used = 0;
  #waiting: Waiter[] = [];

  constructor(private readonly limits: () => { size: number; waitMs: number }) {}

  get used(): number {
    return this.#used;
  }

  async use<T>(work: () => Promise<T>): Promise<T> {
    await this.#take();
    try {
      return await work();
    } finally {
      this.#used--;
      this.#admit();
    }
  }

  async #take(): Promise<void> {
    const { size, waitMs } = this.limits();
    if (this.#used < size && this.#waiting.length === 0) {
      this.#used++;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const waiter: Waiter = {
        resolve,
        timer: setTimeout(() => {
          this.#waiting = this.#waiting.filter((other) => other !== waiter);
          const of = this.limits().size;
          reject(
            new PoolExhaustedError(
              `connection pool exhausted: ${this.#used} of ${of} in use, ${this.#waiting.length} others waiting, ` +
                `gave up after ${waitMs} ms`,
            ),
          );
        }, waitMs),
      };
      this.#waiting.push(waiter);
      // The size may have been raised since somebody last looked.
      this.#admit();
    });
  }

  #admit(): void {
    while (this.#used < this.limits().size) {
      const next = this.#waiting.shift();
      if (!next) return;
      clearTimeout(next.timer);
      this.#used++;
      next.resolve();
    }
  }
}
