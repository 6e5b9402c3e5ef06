import { test } from 'node:test';
import { smallStore, textOf } from './smallData.mjs';
import { openWorkbench } from './workbench.mjs';

const themes = {
  light: 'Default Light Modern',
  dark: 'Default Dark Modern',
  'high-contrast': 'Default High Contrast',
};

for (const [name, theme] of Object.entries(themes)) {
  test(
    `pictures of the explorer and the dashboard in ${name}, wide and narrow`,
    { timeout: 180_000 },
    async (t) => {
      const workbench = await openWorkbench(t, {
        store: smallStore(),
        files: { 'notes.txt': textOf(3) },
        settings: { 'workbench.colorTheme': theme },
      });
      await workbench.openExplorer();
      await workbench.command('Show Dashboard');
      const dashboard = await workbench.dashboard();
      await dashboard.locator('canvas').first().waitFor();
      await workbench.screenshot(`dashboard-${name}-1400`);
      await workbench.page.setViewportSize({ width: 800, height: 900 });
      await workbench.page.waitForTimeout(1000);
      await workbench.screenshot(`dashboard-${name}-800`);
    },
  );
}
