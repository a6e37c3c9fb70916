import type { Pattern } from "../pattern.ts";

export const tlsSelfSigned: Pattern = {
  slug: "tls-self-signed",
  category: "network",
  severity: "high",
  title: "A certificate is not signed by an authority that is trusted",
  explanation:
    "The server shows a self-signed certificate or one without its intermediate. Often the connection now " +
    "goes to another host, a proxy that inspects traffic, or a database whose authority has to be given " +
    "to the client.",
  documentationUrl: "https://nodejs.org/api/tls.html#x509-certificate-error-codes",
  match: {
    anyOf: [{
      codes: [
        "DEPTH_ZERO_SELF_SIGNED_CERT",
        "SELF_SIGNED_CERT_IN_CHAIN",
        "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
        "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
        "UNABLE_TO_GET_ISSUER_CERT",
      ],
    }, {
      messages: [
        "self-signed certificate",
        "self signed certificate",
        "unable to verify the first certificate",
        "unable to get local issuer certificate",
        "invalid peer certificate: UnknownIssuer",
      ],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 7, beta: 3 },
      reason: "A changed host, SSL mode or authority file explains a sudden onset.",
    },
    {
      action: "notify.message",
      prior: { alpha: 1, beta: 9 },
      reason: "Somebody has to install the right chain; never switch the check off.",
    },
  ],
  examples: {
    positive: [{
      type: "Error",
      message: "self-signed certificate",
      extra: { code: "DEPTH_ZERO_SELF_SIGNED_CERT" },
    }, {
      type: "Error",
      message: "self signed certificate in certificate chain",
      extra: { code: "SELF_SIGNED_CERT_IN_CHAIN" },
    }],
    negative: [{ type: "Error", message: "certificate has expired", extra: { code: "CERT_HAS_EXPIRED" } }, {
      type: "Error",
      message: "Hostname/IP does not match certificate's altnames",
      extra: { code: "ERR_TLS_CERT_ALTNAME_INVALID" },
    }],
  },
};
