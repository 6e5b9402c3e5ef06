import 'uplot/dist/uPlot.min.css';
import './dashboard.css';
import { dashboardStringKeys, type DashboardStrings } from '../src/protocol/dashboardStrings';
import { host } from './host';
import { DashboardPage } from './page';

window.addEventListener('error', ({ message }) => {
  host.send({ type: 'problem', text: message });
});
window.addEventListener('unhandledrejection', ({ reason }: PromiseRejectionEvent) => {
  host.send({ type: 'problem', text: String(reason) });
});

let page: DashboardPage | undefined;
host.onMessage((message) => {
  const place = document.getElementById('dashboard');
  if (message.type === 'init' && place) {
    page = new DashboardPage(place, complete(message.strings), message.locale);
  } else if (message.type === 'update') {
    page?.update(message);
  }
});
host.send({ type: 'ready', chosen: host.state.chosen });

/** A text that is missing shows its key. */
function complete(strings: Partial<DashboardStrings>): DashboardStrings {
  const entries = dashboardStringKeys.map((key) => [key, strings[key] ?? key]);
  return Object.fromEntries(entries) as DashboardStrings;
}
