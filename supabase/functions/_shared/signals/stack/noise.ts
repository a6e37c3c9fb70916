import type { Frame } from "../event.ts";

/** Wrappers that error-reporting SDKs put around callbacks: the outermost call of what they caught. */
const OUTER_WRAPPERS =
  /^(?:(?:\w+\.)?sentryWrapped|(?:Object\.)?\$?apply_sentry|HTMLElement\.sentryWrapped)$/;
/** How SDKs are entered to report: the innermost call when there was no exception to take a stack from. */
const INNER_REPORTERS =
  /(?:^|\.)(?:capture(?:Exception|Message)|_captureException|prepareStackTrace|captureStackTrace|_?processDeoptStackTrace)$/;

function isReporter(frame: Frame): boolean {
  if (frame.function === null || !INNER_REPORTERS.test(frame.function)) return false;
  return frame.inApp === false || /sentry|\bsdk\b|bundle/i.test(frame.absPath ?? "");
}

/** Frames without those that only tell how the error was reported. `innermostFirst` is the order of `frames`. */
export function dropNoise(frames: Frame[], innermostFirst: boolean): Frame[] {
  let start = 0;
  let end = frames.length;
  const outer = innermostFirst ? frames.at(-1) : frames[0];
  if (outer?.function && OUTER_WRAPPERS.test(outer.function)) {
    if (innermostFirst) end--;
    else start++;
  }
  while (end - start > 1) {
    const inner = innermostFirst ? frames[start]! : frames[end - 1]!;
    if (!isReporter(inner)) break;
    if (innermostFirst) start++;
    else end--;
  }
  return start === 0 && end === frames.length ? frames : frames.slice(start, end);
}
