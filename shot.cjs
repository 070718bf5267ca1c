const { chromium } = require('playwright-core');
(async () => {
  const [,, file, out] = process.argv;
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--headless','--no-sandbox','--disable-gpu','--disable-quic'] });
  for (const width of [400, 1400]) for (const colorScheme of ['light','dark']) {
    const page = await browser.newPage({ viewport: { width, height: 1000 }, colorScheme });
    page.on('console', (m) => console.log(width, colorScheme, m.text()));
    await page.goto('file://' + file);
    console.log(width, await page.evaluate(() => [document.scrollingElement.scrollWidth, document.scrollingElement.scrollHeight]));
    await page.screenshot({ path: `${out}-${width}-${colorScheme}.png`, fullPage: true });
    await page.close();
  }
  await browser.close();
})();
