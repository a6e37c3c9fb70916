import type { Pattern } from "../pattern.ts";

export const nodeHeadersAlreadySent: Pattern = {
  slug: "node-headers-already-sent",
  category: "runtime",
  severity: "low",
  title: "A response is answered twice",
  explanation:
    "Code sets headers or a status after the response has begun: a missing return after sending, or an " +
    "error handler that answers again.",
  documentationUrl: "https://nodejs.org/api/errors.html#err_http_headers_sent",
  match: {
    anyOf: [{ codes: ["ERR_HTTP_HEADERS_SENT"] }, {
      messages: ["Cannot set headers after they are sent", "headers have already been sent"],
    }],
  },
  actions: [
    { action: "github.open-issue", prior: { alpha: 1, beta: 9 }, reason: "A return is missing in the code." },
  ],
  examples: {
    positive: [{
      type: "Error",
      message: "Cannot set headers after they are sent to the client",
      extra: { code: "ERR_HTTP_HEADERS_SENT" },
    }, { message: "Cannot set headers after they are sent to the client" }],
    negative: [{ type: "Error", message: "Invitation already sent" }, {
      type: "TypeError",
      message: "Cannot set properties of undefined (setting 'headers')",
    }],
  },
};
