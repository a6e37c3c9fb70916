import type { Pattern } from "../pattern.ts";

export const tlsProtocolError: Pattern = {
  slug: "tls-protocol-error",
  category: "configuration",
  severity: "high",
  title: "Both sides do not speak the same TLS",
  explanation:
    "The handshake broke: one side speaks plain text (http where https is expected, or the wrong port), " +
    "or they share no protocol version or cipher.",
  documentationUrl: "https://nodejs.org/api/tls.html",
  match: {
    anyOf: [{ codes: ["EPROTO", "ERR_SSL_WRONG_VERSION_NUMBER", "ERR_SSL_PROTOCOL_ERROR"] }, {
      messages: [
        "wrong version number",
        "sslv3 alert handshake failure",
        "tlsv1 alert protocol version",
        "SSL SYSCALL error",
        "The server does not support SSL connections",
        "InvalidContentType",
      ],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 9, beta: 2 },
      reason: "Scheme, port and SSL mode are configuration.",
    },
    {
      action: "notify.message",
      prior: { alpha: 1, beta: 9 },
      reason: "Otherwise the peer's TLS settings were changed.",
    },
  ],
  examples: {
    positive: [{
      type: "Error",
      message: "write EPROTO 140234:error:1408F10B:SSL routines:ssl3_get_record:wrong version number:",
      extra: { code: "EPROTO" },
    }, { type: "Error", message: "The server does not support SSL connections" }],
    negative: [{ type: "Error", message: "certificate has expired", extra: { code: "CERT_HAS_EXPIRED" } }, {
      type: "Error",
      message: "Unsupported protocol version in handshake of game client",
    }],
  },
};
