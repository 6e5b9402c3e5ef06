import {
  parseMessageToPage,
  parsePageState,
  type MessageFromPage,
  type MessageToPage,
  type PageState,
} from '../src/protocol/dashboard';

declare function acquireVsCodeApi(): {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
};

const api = acquireVsCodeApi();

/** The extension, as the page sees it: messages and what it keeps for the page. */
export const host = {
  send(message: MessageFromPage): void {
    api.postMessage(message);
  },

  /** Calls with every message that is one; others are told to the extension's log. */
  onMessage(listener: (message: MessageToPage) => void): void {
    window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      const message = parseMessageToPage(data);
      if (message) listener(message);
      else host.send({ type: 'problem', text: 'A message that the page does not understand.' });
    });
  },

  get state(): PageState {
    return parsePageState(api.getState());
  },
  set state(state: PageState) {
    api.setState(state);
  },
};
