import type { Pattern } from "../pattern.ts";

export const tlsHostnameMismatch: Pattern = {
  slug: "tls-hostname-mismatch",
  category: "configuration",
  severity: "high",
  title: "A certificate is for another host name",
  explanation:
    "The server's certificate does not name the host that the client asked for. The address was changed " +
    "to an alias or an IP, or the certificate to other names.",
  documentationUrl: "https://nodejs.org/api/tls.html#x509-certificate-error-codes",
  match: {
    anyOf: [{ codes: ["ERR_TLS_CERT_ALTNAME_INVALID"] }, {
      messages: [
        "does not match certificate's altnames",
        "NotValidForName",
        "certificate is not valid for",
        "certificate subject name * does not match",
      ],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 9, beta: 2 },
      reason: "The host name is configuration; the former one fitted the certificate.",
    },
    {
      action: "notify.message",
      prior: { alpha: 1, beta: 9 },
      reason: "Otherwise a certificate with this name is needed.",
    },
  ],
  examples: {
    positive: [{
      type: "Error",
      message:
        "Hostname/IP does not match certificate's altnames: Host: api.internal. is not in the cert's altnames: DNS:*.example.com",
      extra: { code: "ERR_TLS_CERT_ALTNAME_INVALID" },
    }, { message: "invalid peer certificate: NotValidForName" }],
    negative: [{
      type: "Error",
      message: "self-signed certificate",
      extra: { code: "DEPTH_ZERO_SELF_SIGNED_CERT" },
    }, { type: "Error", message: "getaddrinfo ENOTFOUND db.internal", extra: { code: "ENOTFOUND" } }],
  },
};
