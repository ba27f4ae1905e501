// The topics of a cluster, to be sorted, filtered and opened.
import { useMemo, useState } from 'preact/hooks';

import { countText, countedText } from '../format';
import { countChange, markOf, rangeText, shownRate, shownRateText, whyText } from '../mark';
import type { Cluster, Settings, Topic } from '../report';
import { matches } from '../sort';
import { MarkCell } from './mark_cell';
import { type Column, SortableTable } from './sortable_table';
import { TopicDetail } from './topic_detail';

function Mark({ topic }: { topic: Topic }) {
  const range = rangeText(topic.recommended_partitions);
  return (
    <>
      <MarkCell {...markOf(topic)} />
      {range && <span class="range"> {range}</span>}
    </>
  );
}

const columns: Column<Topic>[] = [
  {
    name: 'Topic',
    key: (topic) => topic.name,
    cell: (topic) => topic.name + (topic.is_compacted ? ' (compacted)' : ''),
  },
  {
    name: 'Now',
    title: 'Partitions it has',
    number: true,
    first: 'descending',
    key: (topic) => topic.partitions,
    cell: (topic) => countText(topic.partitions),
  },
  {
    name: 'Peak/s',
    title:
      'Bytes a second in its busiest window; <: at most, where the count is the same for any less',
    number: true,
    first: 'descending',
    key: (topic) => shownRate(topic, topic.peak_bytes_per_s),
    cell: (topic) => shownRateText(topic, topic.peak_bytes_per_s),
  },
  {
    name: 'Needed/s',
    title: 'Factor times peak, or its bound',
    number: true,
    first: 'descending',
    key: (topic) => shownRate(topic, topic.required_bytes_per_s),
    cell: (topic) => shownRateText(topic, topic.required_bytes_per_s),
  },
  {
    name: 'Recommend',
    number: true,
    first: 'descending',
    key: (topic) => topic.recommended_partitions?.value ?? null,
    cell: countChange,
  },
  {
    name: 'Verdict',
    title: 'What to do; [low, high]: what was not measured leaves that range',
    key: (topic) => markOf(topic).rank,
    cell: (topic) => <Mark topic={topic} />,
  },
  { name: 'Why', key: whyText, cell: (topic) => <span class="why">{whyText(topic)}</span> },
];

/** What the filter looks at: all that a row shows as words. */
function words(topic: Topic): string {
  const mark = markOf(topic);
  return [topic.name, mark.words, topic.is_compacted ? 'compacted' : '', topic.status].join(' ');
}

export function TopicTable({ cluster, settings }: { cluster: Cluster; settings: Settings }) {
  const [filter, setFilter] = useState('');
  const shown = useMemo(
    () => cluster.topics.filter((topic) => matches(words(topic), filter)),
    [cluster, filter],
  );
  return (
    <>
      <div class="filter">
        <label>
          Filter topics{' '}
          <input
            type="search"
            placeholder="name or verdict, as: raise"
            value={filter}
            onInput={(event) => setFilter(event.currentTarget.value)}
          />
        </label>
        <span role="status">
          {filter
            ? `${countText(shown.length)} of ${countedText(cluster.topics.length, 'topic')}`
            : countedText(cluster.topics.length, 'topic')}
        </span>
      </div>
      <SortableTable
        caption="Topics"
        columns={columns}
        rows={shown}
        nameOf={(topic) => topic.name}
        detail={(topic) => <TopicDetail topic={topic} settings={settings} />}
      />
    </>
  );
}
