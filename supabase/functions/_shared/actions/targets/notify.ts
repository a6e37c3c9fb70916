import { ActionError } from "../action-error.ts";
import type { Channel } from "../integrations.ts";
import { deliver, type DeliveryOptions, externalId, requiredSecret } from "./delivery.ts";

export interface Message {
  subject: string;
  /** Plain text; what looks like markup or a mention is shown and not obeyed. */
  text: string;
}

/** Tells people. */
export interface NotifyTarget {
  /** Sends a message. The key lets an e-mail service recognise a repetition. */
  send(channel: string, key: string, message: Message): Promise<{ kind: Channel["kind"]; status: number }>;
  /** Whether the project has a channel of this name. */
  has(channel: string): boolean;
}

export interface NotifyOptions extends DeliveryOptions {
  channels: readonly Channel[];
}

// Slack cuts text at 40,000 characters and a section block at 3,000.
const SLACK_TEXT_LENGTH = 2_900;
const EMAIL_TEXT_LENGTH = 20_000;

/** Slack's incoming-webhook shape (`text`, `blocks`), and the `from/to/subject/text` shape of HTTP e-mail services. */
export function createNotifyTarget(options: NotifyOptions): NotifyTarget {
  const find = (name: string) => options.channels.find((channel) => channel.name === name);
  return {
    has: (name) => find(name) !== undefined,

    async send(name, key, message) {
      const channel = find(name);
      if (!channel) {
        throw new ActionError(
          "unconfigured",
          `There is no channel ${name}. Add a slack or email integration of this name.`,
        );
      }
      const response = channel.kind === "slack"
        ? await postSlack(await requiredSecret(options, "slack", name), message)
        : await postEmail(channel, externalId(options, key), message);
      return { kind: channel.kind, status: response.status };
    },
  };

  function postSlack(url: string, message: Message) {
    const text = escapeSlack(`${message.subject}\n${message.text}`).slice(0, SLACK_TEXT_LENGTH);
    const body = JSON.stringify({ text, blocks: [{ type: "section", text: { type: "mrkdwn", text } }] });
    return deliver(
      options,
      () => ({ method: "POST", url, headers: { "content-type": "application/json" }, body }),
    );
  }

  async function postEmail(channel: Extract<Channel, { kind: "email" }>, id: string, message: Message) {
    const token = await options.secret("email", channel.name);
    const body = JSON.stringify({
      from: channel.from,
      to: channel.to,
      subject: message.subject.replace(/\s+/g, " ").slice(0, 200),
      text: message.text.slice(0, EMAIL_TEXT_LENGTH),
    });
    return deliver(options, () => ({
      method: "POST",
      url: channel.url,
      headers: {
        "content-type": "application/json",
        "idempotency-key": id,
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      body,
    }));
  }
}

/** The three characters that start markup and mentions such as `<!channel>`. https://docs.slack.dev/messaging/formatting-message-text */
function escapeSlack(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
