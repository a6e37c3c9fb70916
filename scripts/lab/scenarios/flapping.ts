import { startPaymentService } from "../../../examples/shop/payment-service.ts";
import type { Scenario } from "../scenario.ts";

/** Away for 1.5 s of every 4: a verification that is content with a short silence is fooled by it. */
const FLAPPING = { everyMs: 4_000, downMs: 1_500 };

export const flapping: Scenario = {
  name: "flapping",
  title: "The new payment service comes and goes every few seconds",
  healable: true,
  isConfiguration: true,
  calmMs: 12_000,
  async break({ wards: [ward], begin }) {
    const unsteady = startPaymentService();
    unsteady.conditions.flapping = FLAPPING;
    ward.onEnd(() => unsteady.stop());
    begin();
    await ward.set("app.payments.url", unsteady.url, "Move to the cheaper provider");
  },
};
