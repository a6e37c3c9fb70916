import type { Pattern } from "../pattern.ts";

export const tlsCertificateExpired: Pattern = {
  slug: "tls-certificate-expired",
  category: "network",
  severity: "high",
  title: "A certificate has expired",
  explanation:
    "The server's certificate, or one in its chain, is past its end date. Renewal failed, or a clock is " +
    "wrong. All clients fail from that second on.",
  documentationUrl: "https://nodejs.org/api/tls.html#x509-certificate-error-codes",
  match: {
    anyOf: [{ codes: ["CERT_HAS_EXPIRED", "ERR_CERT_DATE_INVALID"] }, {
      messages: [
        "certificate has expired",
        "invalid peer certificate: Expired",
        "certificate verify failed: certificate has expired",
      ],
    }],
  },
  actions: [
    {
      action: "webhook.call",
      prior: { alpha: 5, beta: 4 },
      reason: "The team's runbook may renew the certificate.",
    },
    {
      action: "configuration.revert",
      prior: { alpha: 3, beta: 5 },
      reason: "Only if the address was just changed to a neglected host.",
    },
    {
      action: "configuration.open-breaker",
      prior: { alpha: 3, beta: 5 },
      reason: "Failing fast until it is renewed.",
    },
    {
      action: "notify.message",
      prior: { alpha: 1, beta: 9 },
      reason: "Somebody has to renew it; never switch the check off.",
    },
  ],
  examples: {
    positive: [{ type: "Error", message: "certificate has expired", extra: { code: "CERT_HAS_EXPIRED" } }, {
      type: "TypeError",
      message:
        "error sending request for url (https://api.example.com/): client error (Connect): invalid peer certificate: Expired",
    }],
    negative: [{
      type: "Error",
      message: "self-signed certificate",
      extra: { code: "DEPTH_ZERO_SELF_SIGNED_CERT" },
    }, { type: "Error", message: "Your gift certificate has no value" }],
  },
};
