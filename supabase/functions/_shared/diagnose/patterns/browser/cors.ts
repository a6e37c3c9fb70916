import type { Pattern } from "../pattern.ts";

export const browserCors: Pattern = {
  slug: "browser-cors",
  category: "configuration",
  severity: "high",
  title: "The browser forbids a request to another origin",
  explanation:
    "The server's answer does not allow this page's origin. An origin was removed from the allowed list, " +
    "a new domain was not added, or an error page without the headers came instead.",
  documentationUrl: "https://developer.mozilla.org/docs/Web/HTTP/Guides/CORS/Errors",
  match: {
    anyOf: [{
      messages: [
        "has been blocked by CORS policy",
        "Cross-Origin Request Blocked",
        "No 'Access-Control-Allow-Origin' header is present",
      ],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 9, beta: 1.5 },
      reason: "Allowed origins are a setting; when it was just changed, putting it back is the cure.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "Otherwise the server must send the headers, on errors too.",
    },
  ],
  examples: {
    positive: [{
      message:
        "Access to fetch at 'https://api.example.com/cart' from origin 'https://shop.example.com' has been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the requested resource.",
    }, {
      message:
        "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at https://api.example.com.",
    }],
    negative: [{ type: "TypeError", message: "Failed to fetch", platform: "javascript" }, {
      type: "SecurityError",
      message: 'Blocked a frame with origin "https://shop.example.com" from accessing a cross-origin frame.',
      platform: "javascript",
    }],
  },
};
