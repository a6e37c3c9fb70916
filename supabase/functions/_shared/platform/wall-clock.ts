const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/** Hour (0..23) and weekday (0 is Sunday) on the wall clock of a time zone. @throws RangeError when there is no such zone */
export function wallClock(at: Date, timeZone: string): { hour: number; weekday: number } {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hour: "2-digit",
    hourCycle: "h23",
    weekday: "short",
  })
    .formatToParts(at);
  const value = (type: string) => parts.find((part) => part.type === type)?.value ?? "";
  return { hour: Number(value("hour")), weekday: WEEKDAYS.indexOf(value("weekday")) };
}
