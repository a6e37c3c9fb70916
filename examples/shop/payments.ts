import type { Settings } from "./settings.ts";

/** The payment service did not do what it was asked. */
export class PaymentError extends Error {
  override name = "PaymentError";

  constructor(message: string, readonly status: number | null, options?: ErrorOptions) {
    super(message, options);
  }
}

/** The shop's view of the payment service. Settings are read at every call. */
export class Payments {
  constructor(private readonly settings: () => Settings) {}

  /** Charges an order, or leaves it pending while the circuit breaker is open. */
  async charge(reference: string, amount: number): Promise<"paid" | "pending"> {
    if (this.settings().paymentsBreakerOpen) return "pending";
    const answer = await this.#call("charges", { reference, amount });
    if (typeof answer !== "object" || answer === null || !("charge" in answer)) {
      throw new PaymentError("payments answered without a charge", 200);
    }
    return "paid";
  }

  /** Which payments were settled lately. */
  async poll(): Promise<void> {
    await this.#call("settlements");
  }

  async sendMail(orderId: number): Promise<void> {
    await this.#call("mails", { orderId });
  }

  async #call(path: string, body?: unknown): Promise<unknown> {
    const { paymentsUrl, paymentsTimeoutMs } = this.settings();
    const response = await fetch(`${paymentsUrl}/${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(paymentsTimeoutMs),
    });
    if (!response.ok) {
      await response.body?.cancel();
      const wait = response.headers.get("retry-after");
      throw new PaymentError(
        `${new URL(paymentsUrl).host} responded with ${response.status} ${response.statusText}` +
          (wait ? `, retry after ${wait} s` : ""),
        response.status,
      );
    }
    return await response.json();
  }
}
