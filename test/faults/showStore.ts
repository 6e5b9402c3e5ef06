// What the extension's views show of the store that is named, as a process of its own: a hostile one may take it along.
import { Store } from '../../src/store/store';
import { showHostileStore } from './hostileViews';
import { Report } from './report';

const [root = '', encoder = '', model = '', run = ''] = process.argv.slice(2);
const report = new Report();

void showHostileStore(new Store(root), { encoder, model, run }, report).then(() => {
  console.log(`shown: ${report.of('hostile entries shown')}`);
});
