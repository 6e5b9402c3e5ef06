import type { Line } from './alignSeries';
import { metricOf, type RunModel } from './runModel';
import { scheduleCurve } from './scheduleCurve';

/** A run as charts name it. */
export interface NamedRun {
  readonly name: string;
  readonly model: RunModel;
}

export interface ChartLine extends Line {
  readonly label: string;
  /** Which of the theme's chart colours. */
  readonly colour: number;
  readonly dash: 'solid' | 'dashed' | 'dotted';
  /** Whether single points are marked. */
  readonly marked: boolean;
}

/** The words in legends. */
export type LineWords = Readonly<
  Record<'trainLoss' | 'validLoss' | 'accuracy' | 'macroF1' | 'scheduled' | 'done', string>
>;

export const chartIds = ['loss', 'score', 'rate', 'momentum'] as const;
export type ChartId = (typeof chartIds)[number];

/** The lines of a chart: of one run told apart by colour, of several the run by colour and what it is by its dashes. */
export function chartLines(chart: ChartId, runs: readonly NamedRun[], words: LineWords): ChartLine[] {
  const several = runs.length > 1;
  return runs.flatMap(({ name, model }, run) =>
    linesOf(chart, model, words).map(({ what, ...line }, index) => ({
      ...line,
      label: several ? `${name} · ${what}` : what,
      colour: several ? run : index,
    })),
  );
}

type RunLine = Omit<ChartLine, 'label' | 'colour'> & { readonly what: string };

function linesOf(chart: ChartId, model: RunModel, words: LineWords): RunLine[] {
  switch (chart) {
    case 'loss':
      return lossLines(model, words);
    case 'score':
      return [
        { what: words.accuracy, ...epochLine(model, 'accuracy'), dash: 'solid' as const, marked: true },
        { what: words.macroF1, ...epochLine(model, 'macro_f1'), dash: 'dashed' as const, marked: true },
      ].filter(({ x }) => x.length > 0);
    case 'rate':
      return scheduled(model, words, 'lr');
    case 'momentum':
      return scheduled(model, words, 'momentum');
  }
}

function lossLines(model: RunModel, words: LineWords): RunLine[] {
  const trained = model.points.filter(({ loss }) => loss !== null);
  const validated = model.epochs.filter((row) => row.valid_loss !== null);
  return [
    {
      what: words.trainLoss,
      x: trained.map(({ step }) => step),
      y: trained.map(({ loss }) => loss),
      dash: 'solid',
      marked: false,
    },
    {
      what: words.validLoss,
      x: validated.map(({ epoch }) => model.endOfEpoch(epoch)),
      y: validated.map((row) => row.valid_loss),
      dash: 'dashed',
      marked: true,
    },
  ];
}

function epochLine(model: RunModel, metric: string): Line {
  const rows = model.epochs.filter((row) => metricOf(row, metric) !== null);
  return { x: rows.map(({ epoch }) => epoch), y: rows.map((row) => metricOf(row, metric)) };
}

function scheduled(model: RunModel, words: LineWords, what: 'lr' | 'momentum'): RunLine[] {
  const plan = scheduleCurve(model.started?.phases ?? []);
  const done = model.points.filter((point) => point[what] !== null);
  return [
    {
      what: words.done,
      x: done.map(({ step }) => step),
      y: done.map((point) => point[what]),
      dash: 'solid',
      marked: false,
    },
    {
      what: words.scheduled,
      x: plan.map(({ step }) => step),
      y: plan.map((point) => point[what]),
      dash: 'dashed',
      marked: false,
    },
  ];
}

/** Names for legends: what a run makes, and where that is not enough its time too. */
export function legendNames(
  runs: readonly { readonly name: string; readonly createdAt: string }[],
  time: (createdAt: string) => string,
): string[] {
  return runs.map(({ name, createdAt }) =>
    runs.filter((other) => other.name === name).length > 1 ? `${name} (${time(createdAt)})` : name,
  );
}
