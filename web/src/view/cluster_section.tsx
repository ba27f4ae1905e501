// One cluster: what was found, what went wrong, and its topics.
import { bytesText, countText, countedText, durationText } from '../format';
import { clusterName, statusTexts } from '../cluster_words';
import { markOf, partitionsAfter } from '../mark';
import type { Cluster, Settings } from '../report';
import { type Fact, Facts, Messages, Tiles } from './parts';
import { TopicTable } from './topic_table';

function raised(cluster: Cluster): number {
  return cluster.topics.filter(
    (topic) => (topic.recommended_partitions?.value ?? 0) > topic.partitions,
  ).length;
}

function hot(cluster: Cluster): number {
  return cluster.topics.filter((topic) => markOf(topic).words.includes('hot')).length;
}

function firstNumbers(cluster: Cluster): Fact[] {
  const { totals } = cluster;
  return [
    { name: 'Topics measured', value: countText(totals.active) },
    { name: 'Empty', value: countText(totals.empty) },
    { name: 'Not measured', value: countText(totals.failed) },
    { name: 'To raise', value: countText(raised(cluster)) },
    { name: 'Hot key or partition', value: countText(hot(cluster)) },
    {
      name: 'Partitions, now → after all raises',
      value: `${countText(totals.partitions)} → ${countText(partitionsAfter(cluster))}`,
    },
  ];
}

function runFacts(cluster: Cluster): Fact[] {
  const facts: Fact[] = [
    { name: 'Status', value: statusTexts[cluster.status] },
    { name: 'Bootstrap servers', value: cluster.bootstrap_servers.replaceAll(',', ', ') || '–' },
    { name: 'Brokers', value: countText(cluster.brokers) },
    { name: 'Records', value: countText(cluster.totals.records) },
    {
      name: 'Took',
      value:
        cluster.elapsed_s < 10
          ? `${cluster.elapsed_s.toFixed(1)} s`
          : durationText(cluster.elapsed_s),
    },
  ];
  if (cluster.service_requests > 0) {
    facts.push({
      name: 'Asked a metrics service',
      value: countedText(cluster.service_requests, 'time'),
    });
  }
  if (cluster.cluster_load !== null) {
    facts.push({
      name: 'Cluster load, up to',
      value: `${(100 * cluster.cluster_load).toFixed(0)} %`,
    });
  }
  if (cluster.service_requests === 0 || cluster.lookups > 0) {
    const stored = cluster.bytes_stored === null ? '' : ` of ${bytesText(cluster.bytes_stored)}`;
    facts.push({ name: 'Offset lookups', value: countText(cluster.lookups) });
    facts.push({ name: 'Read', value: `${bytesText(cluster.bytes_read)}${stored}` });
  }
  return facts;
}

interface ClusterSectionProps {
  cluster: Cluster;
  settings: Settings;
  /** Whether it has a heading of its own. */
  titled: boolean;
}

export function ClusterSection({ cluster, settings, titled }: ClusterSectionProps) {
  const { error } = cluster;
  return (
    <section aria-label={`Cluster ${clusterName(cluster)}`}>
      {titled && <h2>{clusterName(cluster)}</h2>}
      {error && (
        <Messages word="failed" texts={[[error.message, error.hint].filter(Boolean).join('; ')]} />
      )}
      <Messages word="warning" texts={cluster.warnings} />
      <Tiles facts={firstNumbers(cluster)} />
      <Facts facts={runFacts(cluster)} />
      {cluster.topics.length > 0 && <TopicTable cluster={cluster} settings={settings} />}
    </section>
  );
}
