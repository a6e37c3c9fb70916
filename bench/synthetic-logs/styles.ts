import { seedOf } from "./random.ts";
import { ANDROID } from "./styles/android.ts";
import { BATCH_CLUSTER } from "./styles/batch-cluster.ts";
import { BROWSER_AND_NODE } from "./styles/browser-and-node.ts";
import { CLOUD_PLATFORM } from "./styles/cloud-platform.ts";
import { DATABASES } from "./styles/databases.ts";
import { DEVICES } from "./styles/devices.ts";
import { GO_SERVICES } from "./styles/go-services.ts";
import { JVM } from "./styles/jvm.ts";
import { KERNEL } from "./styles/kernel.ts";
import { LOGFMT } from "./styles/logfmt.ts";
import { MACOS } from "./styles/macos.ts";
import { PYTHON } from "./styles/python.ts";
import { SYSTEM_DAEMONS } from "./styles/system-daemons.ts";
import { WEB_SERVER } from "./styles/web-server.ts";
import { WINDOWS } from "./styles/windows.ts";

/** Statements of one kind of program. */
export interface Style {
  name: string;
  statements: string[];
}

const lines = (text: string): string[] => text.split("\n").filter((line) => line.trim() !== "");

/** Statements by style, written from what such programs print in general. Slots are named in `values.ts`. */
export const STYLES: readonly Style[] = [
  { name: "android", statements: lines(ANDROID) },
  { name: "batch-cluster", statements: lines(BATCH_CLUSTER) },
  { name: "browser-and-node", statements: lines(BROWSER_AND_NODE) },
  { name: "cloud-platform", statements: lines(CLOUD_PLATFORM) },
  { name: "databases", statements: lines(DATABASES) },
  { name: "devices", statements: lines(DEVICES) },
  { name: "go-services", statements: lines(GO_SERVICES) },
  { name: "jvm", statements: lines(JVM) },
  { name: "kernel", statements: lines(KERNEL) },
  { name: "logfmt", statements: lines(LOGFMT) },
  { name: "macos", statements: lines(MACOS) },
  { name: "python", statements: lines(PYTHON) },
  { name: "system-daemons", statements: lines(SYSTEM_DAEMONS) },
  { name: "web-server", statements: lines(WEB_SERVER) },
  { name: "windows", statements: lines(WINDOWS) },
];

/**
 * Which half a statement is in, by chance alone. The miner is developed looking at lines of one half; the other is only
 * ever counted.
 */
export function isHeldOut(statement: string): boolean {
  return (seedOf(statement) >>> 7) % 2 === 1;
}
