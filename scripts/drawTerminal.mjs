// Draws what a command printed as a picture of a terminal, for the README:
//   node scripts/drawTerminal.mjs [title] < output.txt > media/walk-through.svg
import { readFileSync } from 'node:fs';

const title = process.argv[2] ?? '';
const columns = 110;
const lines = readFileSync(0, 'utf8').trimEnd().split('\n').flatMap(wrap);
const [character, line, margin, bar] = [8.4, 19, 18, 34];
const width = Math.max(...lines.map((text) => text.length), 60) * character + 2 * margin;
const height = lines.length * line + bar + 2 * margin;
const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const rows = lines.map((text, i) => {
  const colour = text.startsWith('$ ') ? '#7ee787' : /^(epoch |actual )/u.test(text) ? '#79c0ff' : '#e6edf3';
  const y = bar + margin + (i + 0.75) * line;
  return `<text x="${margin}" y="${y}" fill="${colour}" xml:space="preserve">${escape(text)}</text>`;
});
const dots = ['#ff5f57', '#febc2e', '#28c840'].map(
  (fill, i) => `<circle cx="${20 + 20 * i}" cy="${bar / 2}" r="6" fill="${fill}"/>`,
);
process.stdout
  .write(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
${dots.join('')}
<text x="${width / 2}" y="${bar / 2 + 5}" fill="#8b949e" text-anchor="middle" font-family="sans-serif" font-size="13">${escape(title)}</text>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14">
${rows.join('\n')}
</g>
</svg>
`);

/** Long lines go on below, as in a terminal. */
function wrap(text) {
  return text.length <= columns ? [text] : [text.slice(0, columns), ...wrap(`    ${text.slice(columns)}`)];
}
