/** Addresses inside the webview, and its own source for the content security policy. */
export interface PageParts {
  readonly cspSource: string;
  readonly script: string;
  readonly style: string;
  /** New for every page. */
  readonly nonce: string;
  readonly language: string;
  readonly title: string;
}

/** Of a style without any text: the toolkit adds one, to ask the browser whether it knows a selector. */
const emptyStyle = `'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='`;

/**
 * The page around the bundle: nothing but its own style and its one script may load, and neither styles nor scripts in
 * attributes or text are run. Data never passes through here.
 */
export function dashboardHtml({ cspSource, script, style, nonce, language, title }: PageParts): string {
  const policy = [
    `default-src 'none'`,
    `style-src ${cspSource} ${emptyStyle}`,
    `font-src ${cspSource}`,
    `script-src 'nonce-${nonce}'`,
  ].join('; ');
  return `<!doctype html>
<html lang="${escaped(language)}">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <link rel="stylesheet" href="${escaped(style)}" />
    <title>${escaped(title)}</title>
  </head>
  <body>
    <div id="dashboard"></div>
    <script nonce="${nonce}" src="${escaped(script)}"></script>
  </body>
</html>
`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/gu, (character) => `&#${character.charCodeAt(0)};`);
}
