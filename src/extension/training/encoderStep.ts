import * as vscode from 'vscode';
import type { Entry } from '../../store/entries';
import type { EncoderManifest } from '../../store/manifest';
import { plainText } from '../explorer/plainText';
import type { MultiStep } from './multiStep';
import type { Step } from './stepSequence';

/** The shape of a model as it is written for short: word vector, hidden layer, layers. */
function shapeText({ config }: EncoderManifest): string {
  return `${config.emb_sz}/${config.n_hid}/${config.n_layers}`;
}

/** An encoder to choose. */
export function encoderItem({
  name,
  manifest,
}: Entry<EncoderManifest>): vscode.QuickPickItem & { name: string } {
  const made = new Date(manifest.createdAt).toLocaleString(vscode.env.language);
  return {
    name,
    label: plainText(name),
    description: shapeText(manifest),
    detail: plainText([made, ...(manifest.lineage.data?.files ?? [])].join(' · ')),
    iconPath: new vscode.ThemeIcon('book'),
  };
}

/** Asks which encoder is to be used. */
export function chooseEncoder<Draft extends { encoder?: string }>(
  encoders: readonly Entry<EncoderManifest>[],
): Step<MultiStep, Draft> {
  return {
    ask: async (ui, draft, place) => {
      const answer = await ui.pickOne(
        { placeholder: vscode.l10n.t('Encoder'), ...place },
        newestFirst(encoders).map(encoderItem),
        ({ name }) => name === draft.encoder,
      );
      if (answer === 'back' || answer === 'cancel') return answer;
      draft.encoder = answer.value.name;
      return 'next';
    },
  };
}

function newestFirst(encoders: readonly Entry<EncoderManifest>[]): Entry<EncoderManifest>[] {
  return [...encoders].sort((a, b) => b.manifest.createdAt.localeCompare(a.manifest.createdAt));
}
