import { createHash } from 'node:crypto';

import { expect, test } from 'vitest';

import { inlined, inScriptElement } from '../single_file.ts';

const page = `<head><meta http-equiv="Content-Security-Policy" content="@PARTWISE_POLICY@" />
  <script type="module" crossorigin src="./assets/x.js"></script>
  <link rel="stylesheet" crossorigin href="./assets/x.css"></head>
<body><script type="application/json" id="report">@PARTWISE_REPORT@</script></body>`;

test('script and style stand in the page, which may load nothing else', () => {
  const whole = inlined(page, 'let a = "$&";', 'p{color:red}');
  expect(whole).not.toContain('assets');
  expect(whole).toContain('<style>p{color:red}</style>');
  expect(whole).toContain('<script type="module">let a = "$&";</script>');
  const hash = createHash('sha256').update('let a = "$&";').digest('base64');
  expect(whole).toContain(`default-src 'none'; script-src 'sha256-${hash}'`);
});

test('code cannot end its element, and means what it meant', () => {
  const code = 'JSON.stringify(["</script>", "<!-- <SCRIPT", "a<b"])';
  const safe = inScriptElement(code);
  expect(safe).not.toMatch(/<\/script|<!--|<script/i);
  expect(new Function(`return ${safe}`)()).toBe(new Function(`return ${code}`)());
});

test('a page without one place for the report is no page', () => {
  expect(() => inlined(page.replace('@PARTWISE_REPORT@', ''), '', '')).toThrow('one place');
  expect(() => inlined(page, '"@PARTWISE_REPORT@"', '')).toThrow('one place');
  expect(() => inlined(page, '', 'p{}</style>')).toThrow('style');
});
