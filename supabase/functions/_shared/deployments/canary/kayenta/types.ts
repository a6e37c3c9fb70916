/** The vocabulary of NetflixACAJudge-v1.0 (spinnaker/kayenta), whose published rules this folder reproduces. */
export type Direction = "increase" | "decrease" | "either";
export type MetricLabel = "Pass" | "High" | "Low" | "Nodata" | "NodataFailMetric" | "Error";

export interface MetricRules {
  direction: Direction;
  /** `replace` turns missing values into 0, for counts that are silent when nothing happens. */
  nanStrategy: "remove" | "replace";
  outliers: { strategy: "keep" | "remove"; factor: number };
  /** A critical metric that does not pass fails the whole canary. */
  critical: boolean;
  mustHaveData: boolean;
  /** Judged and shown, but not counted. */
  muted: boolean;
  effectSize: {
    measure: "meanRatio" | "cles";
    allowedIncrease: number;
    allowedDecrease: number;
    criticalIncrease: number;
    criticalDecrease: number;
  };
}

export interface CanaryMetric {
  name: string;
  groups: string[];
  /** NaN marks an interval without data. */
  control: number[];
  experiment: number[];
  rules?: PartialRules;
}

export type PartialRules = Partial<Omit<MetricRules, "outliers" | "effectSize">> & {
  outliers?: Partial<MetricRules["outliers"]>;
  effectSize?: Partial<MetricRules["effectSize"]>;
};

export interface MetricResult {
  name: string;
  groups: string[];
  label: MetricLabel;
  critical: boolean;
  muted: boolean;
  reason: string | null;
  /** Mean of the canary over mean of the baseline; 1 when it could not be told. */
  ratio: number;
}

export interface GroupScore {
  name: string;
  score: number;
  noData: boolean;
  counts: Partial<Record<MetricLabel, number>>;
}

export interface JudgeResult {
  score: number;
  classification: "Pass" | "Marginal" | "Fail";
  reason: string | null;
  groups: GroupScore[];
  metrics: MetricResult[];
}
