// The report of `partwise keys`: how keys spread over partitions, and whether they are where they belong.
import {
  bytesText,
  countText,
  countedText,
  epochOf,
  keyText,
  numberText,
  shareText,
  timeText,
} from '../format';
import type { KeysReport } from '../report';
import { BarTable } from './bar_table';
import { HeatMapChart } from './heat_map';
import { Messages, SettingsDetails, Tiles } from './parts';
import { ScanSections } from './scan_section';
import { Statistics } from './statistics';
import { StrategyChart } from './strategy_chart';
import { SweepCharts } from './sweep_charts';
import { VerificationSection } from './verification_section';

export function keysTitle(report: KeysReport): string {
  if (report.partitions !== null) {
    return `How keys spread over ${countedText(report.partitions, 'partition')}`;
  }
  const counts = report.sweep?.strategies[0]?.points.length ?? 0;
  return counts === 0
    ? 'How keys spread'
    : `How keys spread over ${countedText(counts, 'count')} of partitions`;
}

function Keys({ report }: { report: KeysReport }) {
  const { keys } = report;
  const pattern = keys.key_pattern?.length ? keys.key_pattern.join(', ') : null;
  return (
    <section>
      <h2>Keys</h2>
      <p>
        Source: {keys.source}
        {pattern && <>; patterns: {pattern}</>}
        {keys.keys_are_hashed && '; keys are shown as hashes'}
      </p>
      <Tiles
        facts={[
          { name: 'Records', value: countText(keys.records) },
          { name: 'Bytes', value: bytesText(keys.bytes) },
          { name: 'Distinct keys', value: countText(keys.distinct_keys) },
          { name: 'Effective keys', value: numberText(keys.effective_keys) },
          { name: 'Records without key', value: countText(keys.null_key_records) },
          { name: 'Records with an empty key', value: countText(keys.empty_key_records) },
        ]}
      />
      {keys.heaviest.length > 0 && (
        <BarTable
          caption="Heaviest keys"
          columns={[keys.keys_are_hashed ? 'Key (hash)' : 'Key', 'Records']}
          lineColumn="Share"
          rows={keys.heaviest.map((one) => ({
            name: keyText(one.key),
            value: one.share,
            text: countText(one.records),
            lineText: shareText(one.share, 1),
          }))}
        />
      )}
    </section>
  );
}

function Strategies({ report }: { report: KeysReport }) {
  const strategies = report.strategies ?? [];
  if (strategies.length === 0) return null;
  const others = strategies.some((one) => one.name !== 'actual');
  const estimated = report.scan && !report.scan.what_if.exact ? report.scan.what_if.keys : null;
  return (
    <section>
      <h2>Strategies</h2>
      {report.scan && others && (
        <p class="note">
          “actual” is where the records lie; the others, where the same keys would lie
          {estimated !== null && <>, estimated from {countText(estimated)} of the keys</>}.
        </p>
      )}
      <Statistics strategies={strategies} />
      <div class="charts">
        {strategies.map((strategy) => (
          <StrategyChart key={strategy.name} strategy={strategy} />
        ))}
      </div>
    </section>
  );
}

export function KeysPage({ report }: { report: KeysReport }) {
  return (
    <>
      <p class="when">
        partwise keys {report.command}, started {timeText(epochOf(report.started))}
      </p>
      <Messages word="warning" texts={report.warnings} />
      <SettingsDetails settings={report.settings} />
      {report.verification && <VerificationSection verification={report.verification} />}
      {report.scan ? (
        <ScanSections scan={report.scan} keys={report.keys} />
      ) : (
        <Keys report={report} />
      )}
      <Strategies report={report} />
      {report.sweep && <SweepCharts sweep={report.sweep} />}
      {report.heat_map && report.heat_map.keys.length > 0 && <HeatMapChart map={report.heat_map} />}
    </>
  );
}
