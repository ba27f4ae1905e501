// Small things that all pages are made of.
import type { ComponentChildren } from 'preact';

import { durationText, rateText, unknown } from '../format';
import type { Settings } from '../report';

export interface Fact {
  name: string;
  value: ComponentChildren;
}

/** Names with their values. */
export function Facts({ facts }: { facts: Fact[] }) {
  return (
    <dl class="facts">
      {facts.map(({ name, value }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The numbers to see first. */
export function Tiles({ facts }: { facts: Fact[] }) {
  return (
    <dl class="tiles">
      {facts.map(({ name, value }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Lines that each say what they are, beside their colour. */
export function Messages({ word, texts }: { word: string; texts: readonly string[] }) {
  if (texts.length === 0) return null;
  const tone = word === 'warning' ? 'notable' : 'bad';
  return (
    <ul class={`messages ${tone}`}>
      {texts.map((text, i) => (
        <li key={i}>
          <strong>
            <span aria-hidden="true">{word === 'warning' ? '⚠' : '✗'} </span>
            {word}:
          </strong>{' '}
          {text}
        </li>
      ))}
    </ul>
  );
}

function settingText(name: string, value: Settings[string]): string {
  if (value === null || value === '') return unknown;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number' && name.endsWith('_bytes_per_s')) return rateText(value);
  if (typeof value === 'number' && name.endsWith('_s')) return durationText(value);
  return String(value);
}

function settingName(name: string): string {
  const words = name.replace(/_bytes_per_s$|_s$/, '').replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What the run was asked for, closed at first. */
export function SettingsDetails({ settings }: { settings: Settings }) {
  return (
    <details class="settings">
      <summary>Settings</summary>
      <Facts
        facts={Object.entries(settings).map(([name, value]) => ({
          name: settingName(name),
          value: settingText(name, value),
        }))}
      />
    </details>
  );
}
