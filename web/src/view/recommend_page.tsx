// The report of `partwise recommend`.
import { countText, countedText, epochOf, timeText } from '../format';
import { clusterName, statusTexts } from '../cluster_words';
import { partitionsAfter } from '../mark';
import type { Cluster, RecommendReport } from '../report';
import { ClusterSection } from './cluster_section';
import { Messages, SettingsDetails } from './parts';
import { type Column, SortableTable } from './sortable_table';

export function recommendTitle(report: RecommendReport): string {
  const one = report.clusters.length === 1 ? report.clusters[0] : undefined;
  const where = one ? clusterName(one) : countedText(report.clusters.length, 'cluster');
  return `Partition recommendations for ${where}`;
}

const clusterColumns: Column<Cluster>[] = [
  { name: 'Cluster', key: clusterName, cell: clusterName },
  { name: 'Status', key: (one) => one.status, cell: (one) => statusTexts[one.status] },
  {
    name: 'Topics',
    number: true,
    key: (one) => one.totals.topics,
    cell: (one) => countText(one.totals.topics),
  },
  {
    name: 'Not measured',
    number: true,
    key: (one) => one.totals.failed,
    cell: (one) => countText(one.totals.failed),
  },
  {
    name: 'Partitions',
    number: true,
    key: (one) => one.totals.partitions,
    cell: (one) => `${countText(one.totals.partitions)} → ${countText(partitionsAfter(one))}`,
  },
];

export function RecommendPage({ report }: { report: RecommendReport }) {
  const many = report.clusters.length > 1;
  return (
    <>
      <p class="when">Started {timeText(epochOf(report.started))}</p>
      <Messages
        word="API key left"
        texts={report.api_keys_left.map((text) => `${text}: delete it with partwise cluster keys`)}
      />
      <SettingsDetails settings={report.settings} />
      {many && (
        <section>
          <h2>Clusters</h2>
          <SortableTable
            caption="Clusters"
            columns={clusterColumns}
            rows={report.clusters}
            nameOf={clusterName}
          />
        </section>
      )}
      {report.clusters.map((cluster, i) => (
        <ClusterSection key={i} cluster={cluster} settings={report.settings} titled={many} />
      ))}
    </>
  );
}
