/**
 * How much of a request is read and kept. An edge function has 256 MB of memory and 2 s of CPU, and one isolate serves
 * many requests at once: every limit here is there so that no sender can take more than a small part of either.
 */

const KIB = 1024;
const MIB = 1024 * KIB;

/** Bytes on the wire, before decompression. An honest event of 1 MiB compresses to far less. */
export const MAX_COMPRESSED_BYTES = 5 * MIB;
/** Bytes of one request after decompression. Sentry's relay takes 200 MiB; 256 MB of memory do not allow that. */
export const MAX_ENVELOPE_BYTES = 20 * MIB;
/** Bytes of all bodies being read at the same time in one isolate, so that many large requests cannot add up. */
export const MAX_BYTES_IN_FLIGHT = 64 * MIB;
/** Milliseconds that a sender may take to transmit its body; a mobile network is slow, a stalled one is cut off. */
export const MAX_BODY_MS = 15_000;

/** Bytes of one event or transaction, as in Sentry's relay. */
export const MAX_EVENT_BYTES = MIB;
/** Bytes of one check-in, as in Sentry's relay. */
export const MAX_CHECK_IN_BYTES = 100 * KIB;
/** Bytes of one log container, as in Sentry's relay. */
export const MAX_LOG_BYTES = 2 * MIB;
/** Containers of spans: SDKs send up to 1,000 at a time. */
export const MAX_SPAN_BYTES = 10 * MIB;
export const MAX_SPANS = 1000;
/** Bytes of one session or one set of session aggregates; 100 aggregates need about 20 KiB. */
export const MAX_SESSION_BYTES = 256 * KIB;
/** Bytes of the envelope header and of each item header. SDKs write under 1 KiB. */
export const MAX_HEADER_BYTES = 16 * KIB;

/** Items looked at in one envelope; SDKs send one to three, session replays a few more. */
export const MAX_ITEMS = 200;
/** Session aggregates in one item, as in Sentry's relay. */
export const MAX_SESSION_AGGREGATES = 100;
/** Error events taken from one request, whatever brought them; an SDK's log buffer holds 100, a collector's batch 512. */
export const MAX_EVENTS_PER_REQUEST = 1000;

/** Exceptions of one chain; more is a loop of causes. The innermost and outermost are kept. */
export const MAX_EXCEPTIONS = 20;
/** Frames of one stack. A stack overflow has thousands that repeat; both ends are kept. */
export const MAX_FRAMES = 250;
/** Lines of source before and after the failing one. */
export const MAX_CONTEXT_LINES = 5;
export const MAX_BREADCRUMBS = 100;
export const MAX_TAGS = 200;
export const MAX_FINGERPRINT_PARTS = 16;
export const MAX_DEBUG_IMAGES = 100;

/** Levels of nesting kept in `extra`, `contexts` and breadcrumb data; what lies deeper is replaced by a marker. */
export const MAX_DEPTH = 8;
/** Members of one object or list in free-form data. */
export const MAX_MEMBERS = 200;
/** Values in the whole of one free-form field, so that wide and deep together stay bounded. */
export const MAX_VALUES = 2000;

/** Characters of the fields that hold prose: messages and exception values. */
export const MAX_MESSAGE_CHARS = 8192;
/** Characters of one line of source. Minified bundles have lines of megabytes. */
export const MAX_SOURCE_LINE_CHARS = 512;
/** Characters of names: types, functions, modules, files, loggers, releases, transactions. */
export const MAX_NAME_CHARS = 512;
export const MAX_URL_CHARS = 2048;
export const MAX_TAG_KEY_CHARS = 200;
export const MAX_TAG_VALUE_CHARS = 512;
/** Characters of one string in free-form data. */
export const MAX_STRING_CHARS = 4096;
/** Characters of a stack that is sent as text, before it is parsed into frames. */
export const MAX_STACK_TEXT_CHARS = 128 * KIB;

/** Milliseconds after which an event counts as too old for its own clock to be believed. */
export const MAX_EVENT_AGE_MS = 30 * 24 * 60 * 60 * 1000;
