import { type DeploymentHealth, deploymentHealth, type DeploymentMetrics } from "./deployment-health.ts";

export interface DeploymentToCheck {
  id: string;
  /** What deployments replace each other within: a service and environment. */
  target: string;
  at: number;
  metrics: DeploymentMetrics;
}

/** Health of each deployment beside the one before it on the same target. Any order in; one entry per deployment out. */
export function checkDeployments(deployments: readonly DeploymentToCheck[]): Map<string, DeploymentHealth> {
  const health = new Map<string, DeploymentHealth>();
  const before = new Map<string, DeploymentMetrics>();
  for (const one of [...deployments].sort((a, b) => a.at - b.at)) {
    health.set(one.id, deploymentHealth(one.metrics, before.get(one.target) ?? null));
    before.set(one.target, one.metrics);
  }
  return health;
}
