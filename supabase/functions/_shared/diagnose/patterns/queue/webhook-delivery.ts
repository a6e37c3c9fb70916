import type { Pattern } from "../pattern.ts";

export const queueWebhookDelivery: Pattern = {
  slug: "queue-webhook-delivery",
  category: "dependency",
  severity: "medium",
  title: "A webhook cannot be delivered",
  explanation:
    "The receiver of a webhook answers with an error or not at all. Its address was changed, its secret " +
    "rotated, or it is down; the sender gives up after a number of attempts.",
  documentationUrl: "https://supabase.com/docs/guides/database/webhooks",
  match: {
    anyOf: [{
      messages: [
        "webhook delivery failed",
        "failed to deliver webhook",
        "webhook endpoint returned",
        "webhook * failed with status",
        "Webhook signature verification failed",
        "No signatures found matching the expected signature",
      ],
    }, { types: ["WebhookVerificationError", "StripeSignatureVerificationError"] }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 7, beta: 3 },
      reason: "Address and secret are configuration.",
    },
    {
      action: "postgres.requeue-dead-jobs",
      prior: { alpha: 5, beta: 4 },
      reason: "Deliveries that died can be repeated when the receiver is back.",
    },
    { action: "notify.message", prior: { alpha: 1, beta: 9 }, reason: "The receiver's owner should know." },
  ],
  examples: {
    positive: [{
      type: "Error",
      message: "webhook delivery failed: https://hooks.example.com/orders answered 410",
    }, {
      type: "StripeSignatureVerificationError",
      message: "No signatures found matching the expected signature for payload.",
    }],
    negative: [{ type: "Error", message: "Web hook component unmounted" }, {
      type: "Error",
      message: "Gone",
      extra: { status: 410 },
    }],
  },
};
