// How a cluster is called, and how it went.
import type { Cluster } from './report';

/** One that was not reached may have an address only. */
export function clusterName(cluster: Cluster): string {
  return cluster.cluster_id || cluster.bootstrap_servers || 'cluster without a name';
}

export const statusTexts: Record<Cluster['status'], string> = {
  ok: '✓ measured',
  partial: '⚠ measured in part',
  failed: '✗ failed',
  interrupted: '⚠ interrupted',
};
