import uPlot from 'uplot';
import { alignSeries } from './alignSeries';
import type { ChartLine } from './chartLines';
import { button, type ButtonControl } from './controls';
import { element, scrolling, setText, table } from './dom';
import { fill, shortNumber } from './formats';
import { readPalette, type Palette } from './palette';

export interface ChartWords {
  readonly showTable: string;
  readonly showChart: string;
  readonly tableThinned: string;
  readonly noPoints: string;
  readonly chartSummary: string;
}

const height = 220;
const mostTableRows = 200;
const dashes = { solid: [], dashed: [7, 5], dotted: [2, 4] };

/** A chart with its legend, and the same numbers as a table. */
export class Chart {
  readonly root: HTMLElement;
  readonly #plotPlace = element('div', { class: 'plot', role: 'img' });
  readonly #legend = element('ul', { class: 'legend' });
  readonly #nothing: HTMLElement;
  readonly #tablePlace: HTMLElement;
  readonly #toggle: ButtonControl;
  #plot: uPlot | undefined;
  #palette: Palette = readPalette();
  #lines: readonly ChartLine[] = [];
  #xTitle = '';
  #shape = '';
  #values: HTMLElement[] = [];
  #asTable = false;

  constructor(
    readonly id: string,
    private readonly title: string,
    private readonly words: ChartWords,
    onToggle: (asTable: boolean) => void,
  ) {
    this.#toggle = button(
      words.showTable,
      () => {
        this.showAsTable(!this.#asTable);
        onToggle(this.#asTable);
      },
      { description: `${words.showTable}: ${title}` },
    );
    this.#nothing = element('p', { class: 'hint' }, words.noPoints);
    this.#tablePlace = scrolling(title);
    this.#tablePlace.hidden = true;
    this.root = element(
      'section',
      { class: 'chart', id: `chart-${id}`, 'aria-labelledby': `chart-${id}-heading` },
      element(
        'div',
        { class: 'chart-head' },
        element('h3', { id: `chart-${id}-heading` }, title),
        this.#toggle.root,
      ),
      this.#plotPlace,
      this.#legend,
      this.#tablePlace,
      this.#nothing,
    );
    new ResizeObserver(() => {
      const width = this.#plotPlace.clientWidth;
      if (this.#plot && width > 0 && width !== this.#plot.width) this.#plot.setSize({ width, height });
    }).observe(this.#plotPlace);
  }

  showAsTable(asTable: boolean): void {
    this.#asTable = asTable;
    const label = asTable ? this.words.showChart : this.words.showTable;
    this.#toggle.setLabel(label);
    this.#toggle.root.setAttribute('aria-label', `${label}: ${this.title}`);
    this.#draw();
  }

  update(lines: readonly ChartLine[], xTitle: string): void {
    this.#lines = lines;
    this.#xTitle = xTitle;
    this.#draw();
  }

  /** The theme has other colours now. */
  recolour(): void {
    this.#palette = readPalette();
    this.#shape = '';
    this.#draw();
  }

  #draw(): void {
    const lines = this.#lines;
    const empty = lines.every(({ x }) => x.length === 0);
    this.#nothing.hidden = !empty;
    this.#plotPlace.hidden = this.#legend.hidden = empty || this.#asTable;
    this.#tablePlace.hidden = empty || !this.#asTable;
    if (empty) return;
    if (this.#asTable) this.#drawTable();
    else this.#drawPlot();
  }

  #drawPlot(): void {
    const { x, ys } = alignSeries(this.#lines);
    const data: uPlot.AlignedData = [x, ...ys];
    const shape = JSON.stringify([
      this.#xTitle,
      ...this.#lines.map((line) => [line.label, line.colour, line.dash, showsPoints(line)]),
    ]);
    if (!this.#plot || shape !== this.#shape) {
      this.#shape = shape;
      this.#plot?.destroy();
      this.#drawLegend();
      this.#plot = new uPlot(this.#options(), data, this.#plotPlace);
    } else {
      this.#plot.setData(data);
    }
    this.#showValues(null);
    const latest = this.#lines.map(({ label, y }) => `${label}: ${shortNumber(lastOf(y))}`).join('; ');
    this.#plotPlace.setAttribute('aria-label', fill(this.words.chartSummary, this.title, latest));
  }

  #options(): uPlot.Options {
    const { foreground, grid, font } = this.#palette;
    const axis = {
      stroke: foreground,
      font,
      grid: { stroke: grid, width: 1 },
      ticks: { stroke: grid, width: 1 },
    };
    return {
      width: Math.max(this.#plotPlace.clientWidth, 200),
      height,
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, points: { size: 6 } },
      scales: { x: { time: false, range: (_, min, max) => (min === max ? [min - 1, max + 1] : [min, max]) } },
      axes: [
        { ...axis, label: this.#xTitle, labelFont: font, labelSize: 18, size: 28, incrs: wholeSteps },
        { ...axis, size: 58, values: (_, ticks) => ticks.map(shortNumber) },
      ],
      series: [
        {},
        ...this.#lines.map(({ label, colour, dash, marked, x }): uPlot.Series => {
          const stroke = this.#colour(colour);
          return {
            label,
            stroke,
            width: 2,
            dash: dashes[dash],
            spanGaps: true,
            points: { show: showsPoints({ marked, x }), size: 6, fill: stroke },
          };
        }),
      ],
      hooks: {
        setCursor: [
          ({ cursor }) => {
            this.#showValues(cursor.idx ?? null);
          },
        ],
      },
    };
  }

  #drawLegend(): void {
    this.#values = this.#lines.map(() => element('span', { class: 'legend-value' }));
    this.#legend.replaceChildren(
      ...this.#lines.map(({ label, colour, dash }, i) => {
        const swatch = element('span', { class: `swatch ${dash}`, 'aria-hidden': 'true' });
        swatch.style.borderTopColor = this.#colour(colour);
        return element('li', {}, swatch, element('bdi', { class: 'data' }, label), this.#values[i]);
      }),
    );
  }

  /** The values under the pointer, or the latest. */
  #showValues(index: number | null): void {
    this.#lines.forEach(({ y }, i) => {
      const value = index === null ? lastOf(y) : this.#plot?.data[i + 1]?.[index];
      const place = this.#values[i];
      if (place) setText(place, shortNumber(value));
    });
  }

  #drawTable(): void {
    const { x, ys } = alignSeries(this.#lines);
    const stride = Math.max(Math.ceil(x.length / mostTableRows), 1);
    // Marked points are few, and the ones that are looked for.
    const isMarked = (place: number) =>
      this.#lines.some(({ marked }, line) => marked && typeof ys[line]?.[place] === 'number');
    const places = x.map((_, i) => i).filter((i) => i % stride === 0 || i === x.length - 1 || isMarked(i));
    const rows = places.map((place) => [
      String(x[place] ?? ''),
      ...ys.map((values) => (typeof values[place] === 'number' ? shortNumber(values[place]) : '')),
    ]);
    const heading = [
      this.#xTitle,
      ...this.#lines.map(({ label }) => element('bdi', { class: 'data' }, label)),
    ];
    const scrolled = this.#tablePlace.scrollTop;
    this.#tablePlace.replaceChildren(
      table(this.title, heading, rows),
      ...(stride > 1
        ? [element('p', { class: 'hint' }, fill(this.words.tableThinned, rows.length, x.length))]
        : []),
    );
    this.#tablePlace.scrollTop = scrolled;
  }

  #colour(index: number): string {
    const { lines, foreground } = this.#palette;
    return lines[index % lines.length] ?? foreground;
  }
}

/** Steps and epochs are whole. */
const wholeSteps = [1, 2, 5].flatMap((lead) => Array.from({ length: 8 }, (_, power) => lead * 10 ** power));
wholeSteps.sort((a, b) => a - b);

/** A line of a single point would be nothing to see. */
function showsPoints({ marked, x }: Pick<ChartLine, 'marked' | 'x'>): boolean {
  return marked || x.length === 1;
}

function lastOf(values: readonly (number | null)[]): number | null {
  return values.findLast((value) => value !== null) ?? null;
}
