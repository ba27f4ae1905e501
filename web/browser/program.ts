// Pages that the program itself writes, and an embedded cluster for it.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import type { KeysReport } from '../src/report';
import { pageWith } from './opened';

const program = process.env['PARTWISE']!;

export interface Made {
  page: string;
  report: KeysReport;
}

/** Has a folder for what it makes; close() removes it, and ends the cluster. */
export class Program {
  private readonly folder = mkdtempSync(join(tmpdir(), 'partwise-page-'));
  private broker: ChildProcess | undefined;
  private address = '';

  /** The page and the report of `partwise keys` with these words. */
  made(name: string, words: string[]): Made {
    const out = join(this.folder, name);
    mkdirSync(out);
    execFileSync(program, ['keys', ...words, '--out', out], { stdio: 'ignore' });
    const file = (ending: string) =>
      join(
        out,
        readdirSync(out).find((one) => one.endsWith(ending))!,
      );
    return {
      page: file('report.html'),
      report: JSON.parse(readFileSync(file('report.json'), 'utf8')),
    };
  }

  /** The page of a report that another might have written. */
  pageOf(name: string, report: KeysReport): string {
    return pageWith(process.env['PARTWISE_PAGE']!, report, join(this.folder, name));
  }

  /** A file with a key a line, for --keys-file; `null`: a record without a key. */
  keysFile(name: string, keys: (string | null)[]): string {
    const file = join(this.folder, name);
    writeFileSync(file, keys.map((key) => `${key ?? '\\N'}\n`).join(''));
    return file;
  }

  /** An embedded cluster's address. */
  async cluster(): Promise<string> {
    if (this.address) return this.address;
    this.broker = spawn(program, ['broker', '--port', '0'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    for await (const line of createInterface({ input: this.broker.stdout! })) {
      this.address = /^bootstrap\.servers=(.*)$/.exec(line)?.[1] ?? '';
      if (this.address) return this.address;
    }
    throw new Error('the embedded cluster did not start');
  }

  close(): void {
    this.broker?.kill();
    rmSync(this.folder, { recursive: true });
  }
}
