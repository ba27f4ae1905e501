// Draws the report that the page holds.
import 'uplot/dist/uPlot.min.css';
import './style.css';

import { render } from 'preact';

import { readReport } from './report';
import { followSystem } from './theme';
import { Page } from './view/page';

followSystem();
const text = document.getElementById('report')?.textContent ?? '';
render(<Page read={readReport(text)} />, document.getElementById('app')!);
