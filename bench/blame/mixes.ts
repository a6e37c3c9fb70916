/** How a simulated world is composed. Shares are of all changes, or of all faults, as named. */
export interface Mix {
  name: string;
  /** Share of changes that are followed by another one within 20-90 s. */
  trainShare: number;
  /** Share of services without version labels, and of deployments whose files nobody reports. */
  unlabelledShare: number;
  unknownFilesShare: number;
  /** Share of the others of which only the names of the files are known. */
  unknownFunctionsShare: number;
  /** Shares of the services whose events do not tell of flags, of outgoing calls, of users, and of the source around frames. */
  flagsUntoldShare: number;
  callsUntoldShare: number;
  usersUntoldShare: number;
  sourceUntoldShare: number;
  /** When the faults of changes begin to show. */
  onset: { at_once: number; minutes: number; hours: number; slow_leak: number };
  /** Share of faults that show in another service only, and that make requests fail without an error event. */
  elsewhereShare: number;
  silentShare: number;
  /** Per day and project, independent of changes. */
  outagesPerDay: number;
  spikesPerDay: number;
  leaksPerDay: number;
  rareIssuesPerDay: number;
  /** Forced to coincide with a change that is innocent, as shares of all changes. */
  outageAtChangeShare: number;
  spikeAtChangeShare: number;
  leakAtChangeShare: number;
  rareIssueAtChangeShare: number;
}

/** A busy team's ordinary weeks. */
export const BASE: Mix = {
  name: "base",
  trainShare: 0.18,
  unlabelledShare: 0.12,
  unknownFilesShare: 0.08,
  unknownFunctionsShare: 0.2,
  flagsUntoldShare: 0.5,
  callsUntoldShare: 0.25,
  usersUntoldShare: 0.4,
  sourceUntoldShare: 0.4,
  onset: { at_once: 80, minutes: 18, hours: 1.5, slow_leak: 0.5 },
  elsewhereShare: 0.01,
  silentShare: 0.03,
  outagesPerDay: 0.5,
  spikesPerDay: 0.7,
  leaksPerDay: 0.25,
  rareIssuesPerDay: 4,
  outageAtChangeShare: 0.002,
  spikeAtChangeShare: 0.002,
  leakAtChangeShare: 0.001,
  rareIssueAtChangeShare: 0.003,
};

/** Everything that makes blame hard, far more often than it happens. */
export const HARD: Mix = {
  name: "hard",
  trainShare: 0.4,
  unlabelledShare: 0.4,
  unknownFilesShare: 0.3,
  unknownFunctionsShare: 0.4,
  flagsUntoldShare: 0.8,
  callsUntoldShare: 0.7,
  usersUntoldShare: 0.6,
  sourceUntoldShare: 0.7,
  onset: { at_once: 55, minutes: 30, hours: 10, slow_leak: 5 },
  elsewhereShare: 0.06,
  silentShare: 0.08,
  outagesPerDay: 1,
  spikesPerDay: 1.4,
  leaksPerDay: 0.5,
  rareIssuesPerDay: 8,
  outageAtChangeShare: 0.02,
  spikeAtChangeShare: 0.015,
  leakAtChangeShare: 0.01,
  rareIssueAtChangeShare: 0.02,
};
