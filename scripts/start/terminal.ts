export type Colour = "green" | "red" | "yellow" | "cyan" | "dim" | "bold";

const CODES: Record<Colour, number> = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 };
const WIDEST = 110;
const NARROWEST = 60;
/** Columns before the text of a line of the timeline. */
const TIME = 9;
const LABEL = 14;

/** Where the demonstration speaks: with colours and the window's width on a terminal, plain elsewhere. */
export interface Terminal {
  line(text?: string): void;
  paint(colour: Colour, text: string): string;
  /** One line of the timeline; long texts are wrapped under themselves. */
  event(seconds: number | null, label: string, text: string, colour?: Colour): void;
  /** A further remark to the line before. */
  detail(text: string, colour?: Colour): void;
}

export interface TerminalOptions {
  write: (text: string) => void;
  colours: boolean;
  columns: number;
}

export function createTerminal({ write, colours, columns }: TerminalOptions): Terminal {
  const width = Math.max(NARROWEST, Math.min(WIDEST, columns));
  const paint = (colour: Colour, text: string) => colours ? `\x1b[${CODES[colour]}m${text}\x1b[0m` : text;
  const put = (prefix: string, plain: number, text: string, colour?: Colour) => {
    const indent = " ".repeat(plain);
    wrap(text, width - plain).forEach((part, index) => {
      write(`${index === 0 ? prefix : indent}${colour ? paint(colour, part) : part}\n`);
    });
  };
  return {
    line: (text = "") => write(`${text}\n`),
    paint,
    event(seconds, label, text, colour) {
      const time = seconds === null ? "" : `${seconds.toFixed(1)} s`;
      const prefix = `${time.padStart(TIME - 2)}  ${paint("bold", label.padEnd(LABEL))}`;
      put(prefix, TIME + LABEL, text, colour);
    },
    detail: (text, colour) => put(`${" ".repeat(TIME + LABEL)}- `, TIME + LABEL + 2, text, colour),
  };
}

/** The terminal of this process. `NO_COLOR` is heeded (https://no-color.org). */
export function stdoutTerminal(): Terminal {
  const isTerminal = Deno.stdout.isTerminal();
  const encoder = new TextEncoder();
  return createTerminal({
    write: (text) => {
      Deno.stdout.writeSync(encoder.encode(text));
    },
    colours: isTerminal && !Deno.env.get("NO_COLOR"),
    columns: isTerminal ? Deno.consoleSize().columns : WIDEST,
  });
}

/** Lines of at most so many characters; a longer word stands alone, and a unit stays with its number. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+(?!%)/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}
