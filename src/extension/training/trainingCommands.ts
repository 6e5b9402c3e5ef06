import * as vscode from 'vscode';
import type { CommandHandlers } from '../commands';
import type { Subscription } from '../listeners';
import type { Services } from '../services';
import { checkEngines } from './engineCheck';
import { FollowUps } from './followUps';
import { generateText } from './generateText';
import { watchInterruptions } from './interruptedRuns';
import { findLearningRate } from './learningRate';
import { runCommands } from './runCommands';
import { watchRunEndings } from './runEndings';
import { trySampleData } from './sampleData';
import { taskCommands } from './taskCommands';
import { wizardCommands } from './wizardCommands';

/** Everything that trains: wizards, task files, runs and how they end. */
export function registerTraining(services: Services): { readonly commands: CommandHandlers } & Subscription {
  const followUps = new FollowUps(services.context.globalState);
  const watching = vscode.Disposable.from(watchRunEndings(services, followUps), watchInterruptions(services));
  return {
    commands: {
      ...wizardCommands(services),
      ...taskCommands(services, followUps),
      ...runCommands(services, followUps),
      findLearningRate: () => findLearningRate(services),
      generateText: (given?: unknown) => generateText(services, given),
      trySampleData: () => trySampleData(services, followUps),
      checkEngines: () => checkEngines(services),
    },
    dispose: () => {
      watching.dispose();
    },
  };
}
