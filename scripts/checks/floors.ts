import { circles, importGraph } from "./import-graph.ts";

const FUNCTIONS = "supabase/functions";

/** The floors of the design; a room that is not named stands on the highest floor that it imports from. */
const FLOORS: Record<string, number> = {
  functions: 8,
  cycle: 7,
  decide: 6,
  heal: 5,
  actions: 4,
  diagnose: 3,
  deployments: 3,
  signals: 2,
  learn: 2,
  platform: 1,
  statistics: 1,
};

/** Arrows only point down, there are no circles, and no function imports another. */
export async function floors(root: string): Promise<string[]> {
  const graph = await importGraph(root, FUNCTIONS);
  const problems: string[] = [];
  const rooms = new Map<string, Set<string>>();
  for (const [file, { files }] of graph) {
    const from = roomOf(file);
    const neighbours = rooms.get(from) ?? new Set();
    rooms.set(from, neighbours);
    for (const target of files) {
      if (!target.startsWith(`${FUNCTIONS}/`)) {
        problems.push(`${file} imports ${target}, outside of ${FUNCTIONS}`);
      } else if (!graph.has(target)) problems.push(`${file} imports ${target}, which does not exist`);
      else if (roomOf(target) !== from) neighbours.add(roomOf(target));
    }
  }
  const floorOf = assignFloors(rooms);
  for (const [file, { files }] of graph) {
    for (const target of files.filter((path) => graph.has(path))) {
      problems.push(...arrowProblem(file, target, floorOf));
    }
  }
  for (const circle of circles(new Map([...graph].map(([file, { files }]) => [file, files])))) {
    problems.push(`these files import each other in a circle: ${circle.join(", ")}`);
  }
  for (const circle of circles(new Map([...rooms].map(([room, targets]) => [room, [...targets]])))) {
    problems.push(`these rooms import each other in a circle: ${circle.join(", ")}`);
  }
  return problems;
}

function arrowProblem(file: string, target: string, floorOf: (room: string) => number): string[] {
  const [from, to] = [roomOf(file), roomOf(target)];
  if (from === to) return [];
  if (to.startsWith("functions/")) return [`${file} imports ${target}: nothing may import a function`];
  return floorOf(to) > floorOf(from)
    ? [`${file} (floor ${floorOf(from)}) imports ${target} (floor ${floorOf(to)}): arrows only point down`]
    : [];
}

/** `functions/<name>`, `_shared/<room>`, or the name of a file directly in `_shared`. */
function roomOf(file: string): string {
  const [first = "", second = ""] = file.slice(FUNCTIONS.length + 1).split("/");
  return first === "_shared" ? second.replace(/\.ts$/, "") : `functions/${first}`;
}

function assignFloors(rooms: ReadonlyMap<string, ReadonlySet<string>>): (room: string) => number {
  const known = new Map<string, number>();
  const floorOf = (room: string, path: readonly string[] = []): number => {
    const given = FLOORS[room.startsWith("functions/") ? "functions" : room] ?? known.get(room);
    if (given !== undefined) return given;
    if (path.includes(room)) return 1; // a circle, which is reported as one
    const floor = Math.max(1, ...[...rooms.get(room) ?? []].map((next) => floorOf(next, [...path, room])));
    known.set(room, floor);
    return floor;
  };
  return (room) => floorOf(room);
}
