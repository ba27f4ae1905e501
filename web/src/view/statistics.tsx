// All strategies beside each other: what is thought of them, and every number.
import { numberText, percentText, unknown } from '../format';
import type { Spread, Strategy } from '../report';
import { qualityWord, statistics } from '../spread_words';
import { BarTable } from './bar_table';
import { ScrollBox } from './data_table';
import { MarkCell } from './mark_cell';

function Verdicts({ strategies }: { strategies: Strategy[] }) {
  return (
    <ul class="verdicts">
      {strategies.map((one) => (
        <li key={one.name}>
          <strong>{one.name}</strong> <MarkCell {...qualityWord(one)} />: {one.verdict}
        </li>
      ))}
    </ul>
  );
}

function Row({
  name,
  of,
  spread,
}: {
  name: string;
  of: string;
  spread: Spread & Partial<Strategy>;
}) {
  const { cv_percent_by_chance: chance, p_value: p, keeps_key_order: order } = spread;
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{of}</td>
      {statistics.map((one) => (
        <td key={one.name} class="number">
          {one.text(spread)}
        </td>
      ))}
      <td class="number">{percentText(chance ?? null)}</td>
      <td class="number">{numberText(p ?? null, 2)}</td>
      <td>{order === undefined ? unknown : order ? 'kept' : 'lost'}</td>
    </tr>
  );
}

function AllNumbers({ strategies }: { strategies: Strategy[] }) {
  const caption = 'All statistics, of records and of bytes';
  return (
    <ScrollBox label={caption}>
      <table class="plain">
        <caption>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">Strategy</th>
            <th scope="col">Of</th>
            {statistics.map((one) => (
              <th key={one.name} scope="col" class="number" title={one.title}>
                {one.name}
              </th>
            ))}
            <th scope="col" class="number" title="what even hashing of these keys gives">
              CV by chance
            </th>
            <th
              scope="col"
              class="number"
              title="how likely chance alone is to give a CV this high"
            >
              p-value
            </th>
            <th
              scope="col"
              title="whether the records of a key stay on one partition, in their order"
            >
              Key order
            </th>
          </tr>
        </thead>
        <tbody>
          {strategies.map((one) => [
            <Row key={`${one.name} records`} name={one.name} of="records" spread={one} />,
            <Row key={`${one.name} bytes`} name={one.name} of="bytes" spread={one.bytes_spread} />,
          ])}
        </tbody>
      </table>
    </ScrollBox>
  );
}

export function Statistics({ strategies }: { strategies: Strategy[] }) {
  return (
    <>
      <Verdicts strategies={strategies} />
      <BarTable
        caption="CV of the records, beside what chance gives these keys (the line across a bar)"
        columns={['Strategy', 'CV']}
        lineColumn="By chance"
        rows={strategies.map((one) => ({
          name: one.name,
          value: one.cv_percent,
          text: percentText(one.cv_percent),
          line: one.cv_percent_by_chance,
          lineText: percentText(one.cv_percent_by_chance),
        }))}
      />
      <AllNumbers strategies={strategies} />
    </>
  );
}
