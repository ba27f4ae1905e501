// Makes one HTML file of the page, its script and its style sheet, and lets nothing else in: the
// page's security policy names the two by their hashes.
import { createHash } from 'node:crypto';

import type { Plugin } from 'vite';

/** Stands in report.html where the security policy goes. */
const policyMark = '@PARTWISE_POLICY@';

/** Stands in the page where the program puts the report's JSON. */
export const reportMark = '@PARTWISE_REPORT@';

/** JavaScript that may stand inside a script element: nothing in it ends the element. */
export function inScriptElement(code: string): string {
  return code.replaceAll(/<(?=\/script|!--|script)/gi, '\\x3C');
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/** The page with script and style inside. */
export function inlined(page: string, script: string, style: string): string {
  const code = inScriptElement(script.trim());
  const css = style.trim();
  if (/<\/style/i.test(css)) throw new Error('the style sheet holds the end of a style element');
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(code)}`,
    `style-src ${hashOf(css)}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const whole = page
    .replaceAll(/\s*<(script type="module"|link rel="stylesheet")[^>]*>(<\/script>)?/g, '')
    .replace(policyMark, () => policy)
    .replace('</head>', () => `<style>${css}</style>\n</head>`)
    .replace('</body>', () => `<script type="module">${code}</script>\n</body>`);
  if (whole.split(reportMark).length !== 2)
    throw new Error('the page needs one place for the report');
  return whole;
}

export function singleFile(): Plugin {
  return {
    name: 'partwise-single-file',
    enforce: 'post',
    generateBundle(_options, bundle) {
      let script = '';
      let style = '';
      for (const [name, file] of Object.entries(bundle)) {
        if (name.endsWith('.html')) continue;
        if (file.type === 'chunk') script += file.code;
        else if (name.endsWith('.css')) style += String(file.source);
        else throw new Error(`nothing may stand beside the page: ${name}`);
        delete bundle[name];
      }
      const page = bundle['report.html'];
      if (page?.type !== 'asset') throw new Error('there is no report.html');
      page.source = inlined(String(page.source), script, style);
    },
  };
}
