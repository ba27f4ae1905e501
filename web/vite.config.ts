import { defineConfig } from 'vite';

import { singleFile } from './single_file.ts';

export default defineConfig({
  plugins: [singleFile()],
  // Relative, so that nothing in the page starts at a root.
  base: './',
  build: {
    outDir: process.env['PARTWISE_WEB_OUT'] ?? '../build/web',
    emptyOutDir: false,
    modulePreload: { polyfill: false },
    cssCodeSplit: false,
    reportCompressedSize: false,
    rolldownOptions: { input: 'report.html' },
  },
});
