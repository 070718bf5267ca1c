/** Tests that open a page in headless Chromium; each is skipped, in so many words, where there is none. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

const executablePath = '/usr/bin/chromium';

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

let browser: Promise<Browser> | undefined;

test.after.always('the browser is closed', async (t) => {
  await (await browser)?.close();
  t.pass();
});

/** A page, and what it did that a page of ours must not do. */
export interface OpenedPage {
  page: Page;
  /** Errors and warnings of the console, and what the page threw. */
  complaints: string[];
  /** Addresses it asked for, beside its own, those that hold their content, and those of its own server. */
  requests: string[];
}

/** HTML, a file that may have others beside it, or the address of a server's page. */
type Source = string | { file: string } | { url: string };

export type Open = (source: Source, options?: BrowserContextOptions) => Promise<OpenedPage>;

/** A test with a function that opens a page from a file, by default 1400 pixels wide and in light colors. */
export function testInBrowser(
  title: string,
  body: (t: ExecutionContext, open: Open) => Promise<void>,
): void {
  // One page at a time: a dozen at once would keep each other waiting past their time limits.
  test.serial(title, async (t) => {
    if (!existsSync(executablePath)) {
      t.log(`skipped: there is no ${executablePath}`);
      t.pass();
      return;
    }
    browser ??= chromium.launch({ executablePath, args: flags });
    const started = await browser;
    await body(t, async (source, options = {}) => {
      const context = await started.newContext({
        viewport: { width: 1400, height: 900 },
        colorScheme: 'light',
        ...options,
      });
      t.teardown(async () => context.close());
      return openPage(await context.newPage(), addressOf(t, source));
    });
  });
}

function addressOf(t: ExecutionContext, source: Source): string {
  if (typeof source === 'object' && 'url' in source) return source.url;
  return pathToFileURL(typeof source === 'string' ? writePage(t, source) : source.file).href;
}

function writePage(t: ExecutionContext, html: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'roentgen-report-'));
  t.teardown(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const file = join(folder, 'report.html');
  writeFileSync(file, html);
  return file;
}

async function openPage(page: Page, address: string): Promise<OpenedPage> {
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  const { origin } = new URL(address);
  const isOwn = (url: string): boolean =>
    url === address ||
    /^(data|blob):/.test(url) ||
    (origin !== 'null' && url.startsWith(`${origin}/`));
  page.on('request', (request) => {
    if (!isOwn(request.url())) requests.push(request.url());
  });
  await page.route(/^https?:/, (route) =>
    isOwn(route.request().url()) ? route.continue() : route.abort(),
  );
  await page.goto(address);
  return { page, complaints, requests };
}
