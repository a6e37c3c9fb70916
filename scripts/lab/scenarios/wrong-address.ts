import type { Scenario } from "../scenario.ts";

export const wrongAddress: Scenario = {
  name: "wrong-address",
  title: "The payment service's address has a typing error",
  healable: true,
  isConfiguration: true,
  async break({ wards: [ward], begin }) {
    begin();
    await ward.set(
      "app.payments.url",
      ward.payments.url.replace("127.0.0.1", "payments.invalid"),
      "Use the new name",
    );
  },
};
